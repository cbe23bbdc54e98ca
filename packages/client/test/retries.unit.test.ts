import { NoAnswerError, ProblemError, UnexpectedAnswerError } from '../src/index.ts';
import { backoffMs, RETRY_LIMITS, retryAfterMs } from '../src/retry.ts';
import { problem, QUICK, StandIn, thrown } from './stand-in.ts';

let gateway: StandIn;
beforeEach(async () => {
  gateway = await StandIn.start();
});
afterEach(() => gateway.stop());

const LOAN = { external_id: 'l', customer_id: 7, amount: '1', maximum_payment_date: '2030-01-01T00:00:00Z' };
const DONE = { status: 201, body: { id: 1, external_id: 'l', customer_id: 7, customer_external_id: 'ada' } };
const keysSent = () => gateway.asked.map(({ headers }) => headers['idempotency-key']);

describe('a write', () => {
  it.each([
    ['no answer', 'drop'],
    ['half an answer', 'cut'],
    ['503', problem(503, 'unavailable')],
    ['429', problem(429, 'rate_limited', {}, { 'retry-after': '0' })],
  ] as const)('is sent again after %s, with the same key and body', async (_name, act) => {
    gateway.act = (_asked, times) => (times < 3 ? act : DONE);
    expect(await gateway.client().loans.take(LOAN)).toMatchObject({ id: 1 });
    const [key, ...others] = keysSent();
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(others).toEqual([key, key]);
    expect(new Set(gateway.asked.map(({ body }) => body)).size).toBe(1);
  });

  it.each([
    [400, 'invalid_request'],
    [401, 'unauthenticated'],
    [409, 'already_exists'],
    [422, 'customer_inactive'],
    [500, 'internal_error'],
  ])('is not sent again after %i', async (status, code) => {
    gateway.act = () => problem(status, code);
    const error = await thrown(gateway.client().loans.take(LOAN));
    expect(error).toMatchObject({ code, status, attempts: 1, idempotencyKey: keysSent()[0] });
    expect(gateway.asked).toHaveLength(1);
  });

  it('has another key each time, or the one that it is given', async () => {
    gateway.act = () => DONE;
    const { loans, webhooks } = gateway.client();
    await loans.take(LOAN);
    await loans.take(LOAN);
    await loans.take(LOAN, { idempotencyKey: 'mine' });
    await loans.activate(1, { idempotencyKey: 'mine-too' });
    await webhooks.rotateSecret(1, {}, { idempotencyKey: 'mine-again' });
    const [one, other, ...given] = keysSent();
    expect(one).not.toBe(other);
    expect(given).toEqual(['mine', 'mine-too', 'mine-again']);
  });

  it('that makes a key is not sent again, for it would make another, except where nothing was done', async () => {
    const turns = [problem(429, 'rate_limited', {}, { 'retry-after': '0' }), problem(503, 'unavailable')];
    gateway.act = (_asked, times) => turns[times - 1] ?? 'drop';
    const error = await thrown(gateway.client().keys.create({ name: 'shop', scopes: ['loans:read'] }));
    expect(error).toMatchObject({ status: 503, attempts: 2, idempotencyKey: null });
    expect(keysSent()).toEqual([undefined, undefined]);
  });

  it('of which no answer is stored takes no key', async () => {
    const { keys } = gateway.client();
    const error = await thrown(keys.revoke(1, { idempotencyKey: 'mine' }));
    expect(error).toEqual(new TypeError('revokeKey takes no idempotencyKey: the API stores no answers of it'));
    expect(gateway.asked).toEqual([]);
  });

  it('that got no answer in the end tells the key under which it may be sent again', async () => {
    gateway.act = () => 'drop';
    const error = await thrown(gateway.client({ ...QUICK, attemptsMax: 3 }).loans.take(LOAN));
    expect(error).toBeInstanceOf(NoAnswerError);
    expect(error).toMatchObject({ attempts: 3, isTimeout: false, idempotencyKey: keysSent()[0] });
    expect(error).toMatchObject({ consistencyToken: null, retryAfterMs: null });
    expect(gateway.asked).toHaveLength(3);
  });
});

describe('a read', () => {
  it('is sent again, and has no key', async () => {
    gateway.act = (_asked, times) => (times === 1 ? 'drop' : { status: 200, body: DONE.body });
    await gateway.client().loans.get(1);
    expect(keysSent()).toEqual([undefined, undefined]);
  });

  it('ends with the last answer where that is 503', async () => {
    gateway.act = () => problem(503, 'unavailable');
    const error = await thrown(gateway.client({ ...QUICK, attemptsMax: 2 }).loans.get(1));
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ code: 'unavailable', attempts: 2, idempotencyKey: null });
  });

  it('does not wait for longer than it may take', async () => {
    gateway.act = () => problem(503, 'unavailable', {}, { 'retry-after': '60' });
    const error = await thrown(gateway.client({ ...QUICK, timeoutMs: 30_000 }).loans.get(1));
    expect(error).toMatchObject({ code: 'unavailable', attempts: 1, retryAfterMs: 60_000 });
  });

  it('is sent again where an answer takes too long, and says so in the end', async () => {
    gateway.act = () => 'hang';
    const limits = { ...QUICK, attemptTimeoutMs: 50, attemptsMax: 2 };
    const error = await thrown(gateway.client(limits).loans.get(1));
    expect(error).toMatchObject({ name: 'NoAnswerError', isTimeout: true, attempts: 2 });
    const { loans } = gateway.client({ ...QUICK, attemptsMax: 1 });
    expect(await thrown(loans.get(1, { timeoutMs: 50 }))).toMatchObject({ isTimeout: true, attempts: 1 });
  });

  it('ends when its signal is aborted, under way and in a wait', async () => {
    for (const act of ['hang', problem(503, 'unavailable', {}, { 'retry-after': '20' })] as const) {
      const stop = new AbortController();
      const reason = new Error('changed my mind');
      gateway.act = () => {
        setImmediate(() => stop.abort(reason));
        return act;
      };
      expect(await thrown(gateway.client().loans.get(1, { signal: stop.signal }))).toBe(reason);
    }
    expect(gateway.asked).toHaveLength(2);
    expect(await thrown(gateway.client().loans.get(1, { signal: AbortSignal.abort('no') }))).toBe('no');
    expect(gateway.asked).toHaveLength(2);
  });

  it('of what is no answer of the API says what came', async () => {
    gateway.act = () => ({ status: 502, body: '<h1>Bad gateway</h1>', headers: { 'content-type': 'text/html' } });
    const error = await thrown(gateway.client().loans.get(1));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error).toMatchObject({ status: 502, message: expect.stringContaining('<h1>Bad gateway</h1>') });
    expect(error).toMatchObject({ consistencyToken: null, retryAfterMs: null });
    gateway.act = () => ({ status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } });
    expect(await thrown(gateway.client().loans.get(1))).toMatchObject({ name: 'UnexpectedAnswerError', status: 302 });
  });

  it.each([
    ['no JSON', 'application/json', 'not JSON'],
    ['JSON without a content type', '', '{"id":1}'],
    ['JSON of another content type', 'text/plain', '{"id":1}'],
    ['a list', 'application/json', '[]'],
    ['null', 'application/json', 'null'],
  ])('of %s in a 200 is not taken for an answer of the API', async (_what, type, body) => {
    gateway.act = () => ({ status: 200, body, headers: { 'content-type': type } });
    expect(await thrown(gateway.client().loans.get(1))).toMatchObject({ name: 'UnexpectedAnswerError', status: 200 });
  });

  it('with parameters in its content type is an answer', async () => {
    gateway.act = () => ({
      status: 200,
      body: { id: 1 },
      headers: { 'content-type': 'Application/JSON; charset=utf-8' },
    });
    expect(await gateway.client().loans.get(1)).toEqual({ id: 1 });
  });
});

it('says why no connection came about', async () => {
  const gone = await StandIn.start();
  const client = gone.client({ ...QUICK, attemptsMax: 1 });
  await gone.stop();
  expect(await thrown(client.loans.get(1))).toMatchObject({ message: expect.stringMatching(/ECONNREFUSED/) });
});

describe('waits', () => {
  it('lie between 0 and a bound that doubles up to a limit', () => {
    const bounds = [1, 2, 3, 8, 9].map((attempts) => backoffMs(attempts, RETRY_LIMITS, () => 1));
    expect(bounds).toEqual([100, 200, 400, 10_000, 10_000]);
    expect(backoffMs(3, RETRY_LIMITS, () => 0)).toBe(0);
  });

  it.each([
    [null, null],
    ['3', 3_000],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 9_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', null],
  ])('of Retry-After %s are %s ms', (header, ms) => expect(retryAfterMs(header, 1_000)).toBe(ms));
});
