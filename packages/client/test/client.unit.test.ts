import { jest } from '@jest/globals';
import { isProblem, MoClient, type Problem, type Scope, UnexpectedAnswerError } from '../src/index.ts';
import { problem, QUICK, StandIn, thrown } from './stand-in.ts';

let gateway: StandIn;
beforeEach(async () => {
  gateway = await StandIn.start();
});
afterEach(() => gateway.stop());

describe('a client', () => {
  it('sends its key, from a function too, below the path of its URL', async () => {
    const keys = ['key-1', 'key-2'].values();
    const apiKey = () => Promise.resolve(String(keys.next().value));
    const client = new MoClient({ url: `${gateway.url}/mo/`, apiKey });
    await client.customers.balance(7);
    await client.customers.get(7);
    expect(gateway.asked.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/mo/api/customers/7/balance', 'Bearer key-1'],
      ['/mo/api/customers/7', 'Bearer key-2'],
    ]);
  });

  const never = () => new Promise<string>(() => {});
  const keyedBy = (apiKey: () => string | Promise<string>, retry = QUICK) =>
    new MoClient({ url: gateway.url, apiKey, retry });

  it('waits for its key no longer than a call may take', async () => {
    const { loans } = keyedBy(never);
    expect(await thrown(loans.get(1, { timeoutMs: 30 }))).toMatchObject({ name: 'NoAnswerError', isTimeout: true });
    expect(gateway.asked).toEqual([]);
  });

  it('asks for its key again where that took as long as an attempt may', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    let times = 0;
    const secondTime = () => (++times === 1 ? never() : 'key-2');
    const call = keyedBy(secondTime, { ...QUICK, attemptTimeoutMs: 1_000 }).loans.get(1);
    await jest.advanceTimersByTimeAsync(1_100);
    jest.useRealTimers();
    await call;
    expect(gateway.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer key-2']);
  });

  it('waits for its key until its signal is aborted', async () => {
    const stop = new AbortController();
    const call = keyedBy(never).loans.get(1, { signal: stop.signal });
    stop.abort('enough');
    expect(await thrown(call)).toBe('enough');
  });

  it.each(['sécret', 'sec\nret', 'sec ret', '', '\n'])('refuses the key %j without telling it', async (key) => {
    const told = 'apiKey must not be empty, and have only visible ASCII characters';
    expect(() => new MoClient({ url: gateway.url, apiKey: key })).toThrow(new TypeError(told));
    expect(await thrown(keyedBy(() => key).loans.get(1))).toEqual(new TypeError(told));
    expect(await thrown(keyedBy(() => undefined as unknown as string).loans.get(1))).toEqual(new TypeError(told));
    expect(gateway.asked).toEqual([]);
  });

  it('ignores the end of the line after its key', async () => {
    await new MoClient({ url: gateway.url, apiKey: 'key\n' }).loans.get(1);
    expect(gateway.asked[0]).toMatchObject({ headers: { authorization: 'Bearer key' } });
  });

  it.each(['é€', 'a b', 'a\n', '', 'k'.repeat(256)])('refuses the idempotency key %j', async (idempotencyKey) => {
    const error = await thrown(gateway.client().loans.activate(1, { idempotencyKey }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: expect.stringMatching(/^idempotencyKey must be 1 to 255 visible ASCII/) });
    expect(gateway.asked).toEqual([]);
  });

  /** With `exactOptionalPropertyTypes`, the type check finds members that may not be undefined. */
  it('leaves out members that are undefined', async () => {
    const maybe = {} as { text?: 'active'; count?: number; is?: boolean; names?: 'LoanPaid'[] };
    const { text, count, is, names } = maybe;
    const retry = { ...QUICK, attemptsMax: count, unansweredMax: count };
    const { customers, keys, loans, payments, webhooks } = new MoClient({
      url: gateway.url,
      apiKey: 'k',
      retry,
      fetch: undefined,
    });
    gateway.act = () => ({ status: 200, body: { results: [], next_cursor: null, details: [] } });
    await customers.create({ external_id: 'a', score: '1', status: text, preapproved_at: text });
    await customers.update(7, { score: text, status: text });
    await customers.createInBulk('a,1', { type: 'text/csv', atomic: is });
    await loans.take({
      external_id: 'l',
      customer_id: count,
      customer_external_id: 'a',
      amount: '1',
      maximum_payment_date: 'm',
      status: text,
    });
    await payments.make({ external_id: 'p', customer_id: 7, total_amount: '1', paid_at: text });
    await webhooks.create({ url: 'https://x', event_types: names, description: text });
    await webhooks.update(1, { url: text, event_types: names });
    await webhooks.rotateSecret(1, { overlap_seconds: count });
    await webhooks.replay(1, { from: 'f', to: text });
    await keys.create({ name: 'n', scopes: [], rate: count, expires_at: text });
    await keys.rotate(1, { overlap_seconds: count });
    await Array.fromAsync(loans.list({ limit: count, status: text, customer_id: 7 }));
    expect(gateway.asked.map(({ url, body }) => `${url.slice('/api'.length)} ${body}`)).toEqual([
      '/customers {"external_id":"a","score":"1"}',
      '/customers/7 {}',
      '/customers/bulk a,1',
      '/loans {"external_id":"l","customer_external_id":"a","amount":"1","maximum_payment_date":"m"}',
      '/payments {"external_id":"p","customer_id":7,"total_amount":"1"}',
      '/webhooks {"url":"https://x"}',
      '/webhooks/1 {}',
      '/webhooks/1/rotate-secret {}',
      '/webhooks/1/replay {"from":"f"}',
      '/keys {"name":"n","scopes":[]}',
      '/keys/1/rotate {}',
      '/loans?customer_id=7 ',
    ]);
  });

  it('throws what the function throws that is to give the key', async () => {
    const lost = new Error('no key');
    const { loans } = keyedBy(() => Promise.reject(lost));
    expect(await thrown(loans.get(1))).toBe(lost);
  });

  it('uses the fetch that it is given', async () => {
    const urls: unknown[] = [];
    // As the one of browsers, which throws when it is called as the method of something else.
    const own = function (this: unknown, url: unknown) {
      if (this !== undefined && this !== globalThis) throw new TypeError('Illegal invocation');
      urls.push(url);
      return Promise.resolve(Response.json({ id: 5 }));
    };
    const client = new MoClient({ url: 'https://loans.example', apiKey: 'key', fetch: own });
    expect(await client.loans.get(5)).toEqual({ id: 5 });
    expect(urls).toEqual(['https://loans.example/api/loans/5']);
  });

  it.each([
    [{ url: 'localhost:8080' }, 'url must be http or https'],
    [{ url: '/api' }, 'url must be absolute'],
    [{ url: 'http://u:p@x' }, 'without a query or credentials'],
    [{ url: 'http://:p@x' }, 'without a query or credentials'],
    [{ apiKey: '' }, 'apiKey must not be empty'],
    [{ retry: { attemptsMax: 0 } }, 'retry.attemptsMax must be above 0, not 0'],
    [{ retry: { timeoutMs: Number.NaN } }, 'retry.timeoutMs must be above 0'],
  ])('refuses %j', (options, message) => {
    expect(() => new MoClient({ url: 'http://x', apiKey: 'k', ...options })).toThrow(message);
  });

  it('tells of an answer what its body does not', async () => {
    const headers = { 'idempotency-replayed': 'true', 'x-request-id': 'r', 'consistency-token': '1.7.1.1.1' };
    gateway.act = () => ({ status: 200, body: {}, headers });
    const infos: unknown[] = [];
    await gateway.client().loans.reject(1, { onAnswer: (info) => infos.push(info) });
    const told = { status: 200, attempts: 1, isReplayed: true, requestId: 'r', consistencyToken: '1.7.1.1.1' };
    expect(infos).toEqual([told]);
  });

  it('says of a change whether it is enforced', async () => {
    gateway.act = (_asked, times) => ({ status: times === 1 ? 202 : 200, body: { id: 7 } });
    const { customers } = gateway.client();
    expect(await customers.update(7, { status: 'inactive' })).toEqual({ customer: { id: 7 }, isEnforced: false });
    expect((await customers.update(7, { status: 'inactive' })).isEnforced).toBe(true);
    expect(gateway.asked[0]).toMatchObject({ method: 'PATCH', url: '/api/customers/7', body: '{"status":"inactive"}' });
  });
});

describe('problems', () => {
  it('are narrowed by their code', async () => {
    gateway.act = () => problem(422, 'credit_limit_exceeded', { available_amount: '12.50' });
    const error = await thrown(gateway.client().loans.activate(1));
    if (!isProblem(error, 'credit_limit_exceeded', 'customer_inactive')) throw error;
    const left: string | null = error.code === 'credit_limit_exceeded' ? '12.50' : null;
    expect(left).toBe('12.50');
    if (!isProblem(error, 'credit_limit_exceeded')) throw error;
    const amount: string = error.problem.available_amount;
    expect(amount).toBe('12.50');
    expect(error.message).toBe('credit_limit_exceeded: as told');
  });

  it('of other kinds are not taken for those that were asked for', async () => {
    gateway.act = () => problem(409, 'already_exists');
    const error = await thrown(gateway.client().loans.activate(1));
    expect([isProblem(error), isProblem(error, 'already_exists'), isProblem(error, 'not_found')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(isProblem(new Error('x'))).toBe(false);
  });

  it('tell the scope that a key lacks', async () => {
    gateway.act = () => problem(403, 'forbidden', { required_scope: 'loans:write' });
    const error = await thrown(gateway.client().loans.activate(1));
    if (!isProblem(error, 'forbidden')) throw error;
    const scope: Scope = error.problem.required_scope;
    expect(scope).toBe('loans:write');
  });

  it('tell the fields of a bad request', async () => {
    const errors: Problem['errors'] = [{ pointer: '/score', in: 'body', code: 'invalid', detail: 'is required' }];
    gateway.act = () => problem(400, 'invalid_request', { errors });
    const error = await thrown(gateway.client().customers.create({ external_id: 'a', score: '1' }));
    if (!isProblem(error, 'invalid_request')) throw error;
    expect(error.problem.errors?.map(({ pointer }) => pointer)).toEqual(['/score']);
  });
});

describe('a list', () => {
  const pages: Record<string, object> = {
    '/api/loans?customer_id=7&limit=2': { results: [{ id: 5 }, { id: 4 }], next_cursor: 'a b' },
    '/api/loans?customer_id=7&limit=2&cursor=a+b': { results: [{ id: 3 }], next_cursor: null },
  };
  beforeEach(() => {
    gateway.act = ({ url }) => ({ status: 200, body: pages[url] });
  });

  it('is read page by page as it is iterated', async () => {
    const ids: number[] = [];
    for await (const { id } of gateway.client().loans.list({ customer_id: 7, limit: 2 })) ids.push(id);
    expect(ids).toEqual([5, 4, 3]);
    expect(gateway.asked.map(({ url }) => url)).toEqual(Object.keys(pages));
  });

  it.each([{}, { results: null }, { results: { id: 1 } }])('whose answer is %j is not of the API', async (body) => {
    gateway.act = () => ({ status: 200, body });
    const error = await thrown(Array.fromAsync(gateway.client().loans.list()));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error).toMatchObject({ status: 200, attempts: 1, message: expect.stringContaining(JSON.stringify(body)) });
  });

  it('fetches no page that nobody reads', async () => {
    for await (const loan of gateway.client().loans.list({ customer_id: 7, limit: 2 })) if (loan.id === 4) break;
    expect(gateway.asked).toHaveLength(1);
  });

  it.each([5, 4])('ends after row %i where its signal is aborted', async (last) => {
    const stop = new AbortController();
    const ids: number[] = [];
    const options = { signal: stop.signal };
    const read = async () => {
      for await (const { id } of gateway.client().loans.list({ customer_id: 7, limit: 2 }, options)) {
        ids.push(id);
        if (id === last) stop.abort('enough');
      }
    };
    expect(await thrown(read())).toBe('enough');
    expect(ids.at(-1)).toBe(last);
    expect(gateway.asked).toHaveLength(1);
  });

  it('ends within its last page where its signal is aborted', async () => {
    pages['/api/loans?customer_id=8'] = { results: [{ id: 2 }, { id: 1 }], next_cursor: null };
    const stop = new AbortController();
    const read = async () => {
      for await (const _loan of gateway.client().loans.list({ customer_id: 8 }, { signal: stop.signal }))
        stop.abort('enough');
    };
    expect(await thrown(read())).toBe('enough');
  });

  it('gives its pages, with the cursor to go on from', async () => {
    const { loans } = gateway.client();
    const { value } = await loans.list({ customer_id: 7, limit: 2 }).pages().next();
    expect(value).toEqual(pages['/api/loans?customer_id=7&limit=2']);
    const rest = await Array.fromAsync(loans.list({ customer_id: 7, limit: 2, cursor: 'a b' }));
    expect(rest).toEqual([{ id: 3 }]);
  });
});
