import { jest } from '@jest/globals';
import { MoClient, type RetryLimits } from '../src/index.ts';
import { PATIENT_CALLS_MAX } from '../src/patience.ts';
import { problem, thrown } from './stand-in.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;
/** Five waits are at most 3.1 s together, and eleven at most 52.7 s. */
const PATIENT_ATTEMPTS_MIN = 12;

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

const busy = (headers = {}) => {
  const { status, body } = problem(503, 'unavailable');
  const type = { 'content-type': 'application/problem+json' };
  return new Response(JSON.stringify(body), { status, headers: { ...type, ...headers } });
};
/** What a gateway does that can't be reached. */
const refuse = () => {
  throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
};
const answer = () => Response.json({ id: 1 });

/** A client of a gateway that can be told what to do, and how often that was asked. */
function start(act: () => Response, retry: Partial<RetryLimits> = {}) {
  const gateway = { act, times: 0 };
  const fetch = async () => {
    gateway.times += 1;
    return gateway.act();
  };
  return { gateway, client: new MoClient({ url: 'http://x', apiKey: 'k', retry, fetch }) };
}

/** A client that has had an answer, of a gateway that can't be reached now. */
async function startOutage(retry: Partial<RetryLimits> = {}) {
  const { gateway, client } = start(answer, retry);
  await client.loans.get(1);
  Object.assign(gateway, { act: refuse, times: 0 });
  return { gateway, client };
}

/** What a call threw within two minutes, and when. */
async function failureOf(call: Promise<unknown>): Promise<{ attempts?: number; afterMs?: number }> {
  const startMs = performance.now();
  const failure = {};
  void thrown(call).then((error) => Object.assign(failure, error, { afterMs: performance.now() - startMs }));
  await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
  return failure;
}

it('a call lasts out a restart of the only gateway', async () => {
  const { gateway, client } = await startOutage();
  const call = client.loans.activate(1);
  await jest.advanceTimersByTimeAsync(30 * SECOND_MS);
  gateway.act = answer;
  await jest.advanceTimersByTimeAsync(10 * SECOND_MS);
  expect(await call).toEqual({ id: 1 });
});

it('a call lasts out services that are not ready yet when the gateway is back', async () => {
  const { gateway, client } = await startOutage();
  const turns = [...Array<() => Response>(8).fill(refuse), busy, busy, answer];
  gateway.act = () => (turns[gateway.times - 1] ?? refuse)();
  const call = client.loans.get(1);
  await jest.advanceTimersByTimeAsync(MINUTE_MS);
  expect(await call).toEqual({ id: 1 });
});

it('a call that gets no answer ends within its minute', async () => {
  const { gateway, client } = await startOutage();
  const { afterMs, ...failure } = await failureOf(client.loans.get(1));
  expect(failure).toMatchObject({ name: 'NoAnswerError', attempts: gateway.times, isTimeout: false });
  expect(afterMs).toBeLessThanOrEqual(MINUTE_MS);
  expect(gateway.times).toBeGreaterThanOrEqual(PATIENT_ATTEMPTS_MIN);
  expect(gateway.times).toBeLessThanOrEqual(25);
});

it('a URL that has never answered may be wrong: it is given up after five attempts', async () => {
  const { gateway, client } = start(refuse);
  expect(await failureOf(client.loans.get(1))).toMatchObject({ name: 'NoAnswerError', attempts: 5 });
  expect(gateway.times).toBe(5);
});

it.each([
  ['short waits', { backoffMinMs: 1, backoffMaxMs: 1 }, 25],
  ['a number of attempts', { attemptsMax: 3 }, 3],
  ['a number of attempts without an answer', { attemptsMax: 2, unansweredMax: 6 }, 6],
])('%s limit the attempts that get no answer', async (_what, retry, attempts) => {
  const { gateway, client } = await startOutage(retry);
  expect(await failureOf(client.loans.get(1))).toMatchObject({ attempts });
  expect(gateway.times).toBe(attempts);
});

it('a call that is answered 503 is sent five times', async () => {
  const { gateway, client } = start(busy);
  expect(await failureOf(client.loans.get(1))).toMatchObject({ code: 'unavailable', attempts: 5 });
  expect(gateway.times).toBe(5);
});

describe('the wait that an answer asks for', () => {
  const WAIT_MS = 20 * SECOND_MS;
  const busyFor = () => busy({ 'retry-after': String(WAIT_MS / SECOND_MS) });

  it('comes before the random one, so that callers who were told the same come back at different times', async () => {
    // A random wait of less than a millisecond is too improbable.
    const { gateway, client } = start(busyFor, {
      backoffMinMs: WEEK_MS,
      backoffMaxMs: WEEK_MS,
      timeoutMs: 3 * WEEK_MS,
    });
    const call = client.loans.get(1);
    await jest.advanceTimersByTimeAsync(WAIT_MS);
    expect(gateway.times).toBe(1);
    gateway.act = answer;
    await jest.advanceTimersByTimeAsync(WEEK_MS);
    expect(await call).toEqual({ id: 1 });
  });

  it('is kept, however short the random one is', async () => {
    const { gateway, client } = start(busyFor, { backoffMinMs: 0.001, backoffMaxMs: 0.001 });
    const call = client.loans.get(1);
    await jest.advanceTimersByTimeAsync(WAIT_MS - 1);
    expect(gateway.times).toBe(1);
    gateway.act = answer;
    await jest.advanceTimersByTimeAsync(2);
    expect(await call).toEqual({ id: 1 });
  });
});

it('only some calls of a client wait for a gateway to come back, lest it is overrun', async () => {
  const { client } = await startOutage();
  const failures = Array.from({ length: PATIENT_CALLS_MAX + 20 }, () => thrown(client.loans.get(1)));
  await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
  const attempts = (await Promise.all(failures)).map((error) => (error as { attempts: number }).attempts);
  expect(attempts.filter((count) => count === 5)).toHaveLength(20);
  expect(attempts.filter((count) => count >= PATIENT_ATTEMPTS_MIN)).toHaveLength(PATIENT_CALLS_MAX);
  expect((await failureOf(client.loans.get(1))).attempts).toBeGreaterThanOrEqual(PATIENT_ATTEMPTS_MIN);
});
