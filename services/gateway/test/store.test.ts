/** Keys, rates and the audit log in a real database, which two gateways share. */
import { hash } from 'node:crypto';
import type { ApiKeyBody, AuditEntryBody, CreatedKeyBody, NewKey, Problem } from '@mo/contracts';
import { run, sqlOf } from '@mo/database';
import { testServers } from '@mo/dev-stack';
import { drawFrom } from '../src/rates/rate-store.ts';
import {
  type GatewaySetup,
  KEY,
  KEY_DIGEST,
  openPlainDatabase,
  type RunningGateway,
  requestLog,
  type Stub,
  startGateway,
  startStub,
  stopAll,
  until,
} from './support.ts';

/** No machine is so busy that a gateway keeps rates by itself here. */
const RATE_TIMEOUT_MS = 30_000;

let database: string;
let setup: GatewaySetup;
let stub: Stub;
let one: RunningGateway;
let other: RunningGateway;
beforeAll(async () => {
  ({ gateway: database } = await testServers().createDatabases('gateway'));
  stub = await startStub();
  setup = { replicas: [stub], keys: `root:${KEY_DIGEST}`, database, limits: { rateTimeoutMs: RATE_TIMEOUT_MS } };
  // Both at once: one migrates, the other waits for it.
  [one, other] = await Promise.all([startGateway(setup), startGateway(setup)]);
});
afterAll(stopAll);

type Words = Readonly<Record<string, unknown>>;

async function post<T>(gateway: RunningGateway, path: string, body: Words = {}, key = KEY): Promise<[number, T]> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await gateway.call('POST', path, { body: JSON.stringify(body), headers });
  return [answer.status, (await answer.json()) as T];
}

async function get<T>(gateway: RunningGateway, path: string, key = KEY): Promise<T> {
  return (await (await gateway.call('GET', path, { headers: { authorization: `Bearer ${key}` } })).json()) as T;
}

async function create(name: string, more: Partial<Record<keyof NewKey, unknown>> = {}): Promise<CreatedKeyBody> {
  const [status, created] = await post<CreatedKeyBody>(one, '/api/keys', { name, scopes: ['loans:read'], ...more });
  expect(status).toBe(201);
  return created;
}

const statusWith = async (gateway: RunningGateway, key: string, path = '/api/loans/17'): Promise<number> =>
  (await gateway.call('GET', path, { headers: { authorization: `Bearer ${key}` } })).status;

describe('a key', () => {
  it('is shown once, works at once at its gateway, and soon at every other', async () => {
    const { key, ...shown } = await create('shop', { rate: 100.5, expires_at: '2040-01-01T00:00:00+01:00' });
    expect(key).toMatch(/^mo_[\w-]{43}$/);
    expect(shown).toEqual({
      id: expect.any(Number),
      name: 'shop',
      hint: key.slice(0, 7),
      scopes: ['loans:read'],
      rate: 100.5,
      status: 'active',
      created_at: expect.any(String),
      created_by: 'root',
      expires_at: '2039-12-31T23:00:00.000Z',
      revoked_at: null,
      last_used_at: null,
    });
    stub.requests.length = 0;
    expect(await statusWith(one, key)).toBe(200);
    expect(stub.requests[0]?.headers['x-mo-caller']).toBe('shop');
    await until(async () => (await statusWith(other, key)) === 200, 'the other gateway knows it');
    expect(await statusWith(one, key, '/api/payments')).toBe(403);
    expect(await get<ApiKeyBody>(one, `/api/keys/${shown.id}`)).toMatchObject({ id: shown.id, name: 'shop' });
  });

  it('is enough for a gateway whose file of keys is empty', async () => {
    const { key } = await create('only');
    const gateway = await startGateway({ ...setup, keysFile: '/dev/null' });
    expect([await statusWith(gateway, key), await statusWith(gateway, KEY)]).toEqual([200, 401]);
  });

  it('is stored as a hash only', async () => {
    const { key, id } = await create('hashed');
    const rows = await rowsOf(
      `SELECT api_keys::text AS row, encode(digest, 'hex') AS digest FROM api_keys WHERE id = ${id}`,
    );
    expect(rows[0]?.digest).toBe(hash('sha256', key));
    expect(rows[0]?.row).not.toContain(key.slice(8));
  });

  it('that is revoked is refused by every gateway, and unchanged by another revocation', async () => {
    const { id, key } = await create('gone');
    await until(async () => (await statusWith(other, key)) === 200, 'the other gateway knows it');
    const [status, revoked] = await post<ApiKeyBody>(one, `/api/keys/${id}/revoke`);
    expect([status, revoked.status, revoked.revoked_at]).toEqual([200, 'revoked', expect.any(String)]);
    expect(await statusWith(one, key)).toBe(401);
    await until(async () => (await statusWith(other, key)) === 401, 'the other gateway refuses it');
    const [, again] = await post<ApiKeyBody>(one, `/api/keys/${id}/revoke`);
    expect([again.status, again.revoked_at]).toEqual(['revoked', revoked.revoked_at]);
  });

  it('still works next to its replacement, and then expires', async () => {
    const { id, key } = await create('turned', { scopes: ['loans:read', 'payments:read'], rate: 1_000 });
    const [status, next] = await post<CreatedKeyBody>(one, `/api/keys/${id}/rotate`);
    expect(status).toBe(201);
    expect(next).toMatchObject({
      name: 'turned',
      scopes: ['loans:read', 'payments:read'],
      rate: 1_000,
      expires_at: null,
    });
    expect([await statusWith(one, key), await statusWith(one, next.key)]).toEqual([200, 200]);
    await post(one, `/api/keys/${id}/rotate`, { overlap_seconds: 1 });
    await until(async () => (await statusWith(one, key)) === 401, 'the old key expires');
    expect(await statusWith(one, next.key)).toBe(200);
    expect(await get<ApiKeyBody>(one, `/api/keys/${id}`)).toMatchObject({ status: 'expired' });
    expect(await post<Problem>(one, `/api/keys/${id}/rotate`)).toEqual([
      409,
      expect.objectContaining({ code: 'key_not_active' }),
    ]);
    await post(one, `/api/keys/${next.id}/revoke`);
    expect((await post<Problem>(one, `/api/keys/${next.id}/rotate`))[1].detail).toBe('the key is revoked');
  });

  it('that is replaced never expires later than before', async () => {
    const { id } = await create('short', { expires_at: '2040-01-01T00:00:00Z' });
    const past = { expires_at: '2020-01-01T00:00:00Z' };
    expect((await post<Problem>(one, `/api/keys/${id}/rotate`, past))[1].detail).toMatch('expires_at must be in');
    await post(one, `/api/keys/${id}/rotate`, { overlap_seconds: 60 });
    const { expires_at: expires } = await get<ApiKeyBody>(one, `/api/keys/${id}`);
    expect(Date.parse(expires as string)).toBeLessThan(Date.now() + 61_000);
  });

  it('has the time of its last use', async () => {
    const { id, key } = await create('used');
    await statusWith(one, key);
    await until(async () => (await get<ApiKeyBody>(one, `/api/keys/${id}`)).last_used_at !== null, 'its use is noted');
  });

  it('is found by name and status, page by page', async () => {
    for (let n = 0; n < 3; n += 1) await create('many');
    type Page = { results: ApiKeyBody[]; next_cursor: string | null };
    const first = await get<Page>(one, '/api/keys?name=many&limit=2');
    const second = await get<Page>(one, `/api/keys?name=many&limit=2&cursor=${first.next_cursor}`);
    const ids = [...first.results, ...second.results].map(({ id }) => id);
    expect([ids.length, second.next_cursor]).toEqual([3, null]);
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    await post(one, `/api/keys/${ids[0]}/revoke`);
    expect((await get<Page>(one, '/api/keys?name=many&status=active')).results.map(({ id }) => id)).toEqual(
      ids.slice(1),
    );
    expect((await get<Page>(one, '/api/keys?name=many&status=revoked')).results).toHaveLength(1);
  });

  it.each([
    [{}, '/name'],
    [{ name: 'a b', scopes: ['admin'] }, '/name'],
    [{ name: 'a', scopes: [] }, '/scopes'],
    [{ name: 'a', scopes: ['root'] }, '/scopes/0'],
    [{ name: 'a', scopes: ['admin', 'admin'] }, '/scopes'],
    [{ name: 'a', scopes: ['admin'], rate: 0 }, '/rate'],
    [{ name: 'a', scopes: ['admin'], rate: 'often' }, '/rate'],
    [{ name: 'a', scopes: ['admin'], expires_at: 'soon' }, '/expires_at'],
    [{ name: 'a', scopes: ['admin'], expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
    [{ name: 'a', scopes: ['admin'], more: 1 }, '/more'],
  ])('is not created from %j', async (body, pointer) => {
    const [status, problem] = await post<Problem>(one, '/api/keys', body);
    expect([status, problem.code]).toEqual([400, 'invalid_request']);
    expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
  });

  it.each(['', '/revoke', '/rotate'])('is not at /api/keys/999999999%s', async (action) => {
    const answer = await one.call(action === '' ? 'GET' : 'POST', `/api/keys/999999999${action}`);
    expect(answer.status).toBe(404);
  });

  it('has no other methods', async () => {
    expect((await one.call('DELETE', '/api/keys/1')).headers.get('allow')).toBe('GET, HEAD');
  });
});

describe('the rate of a key', () => {
  it('holds for all gateways together', async () => {
    const { key } = await create('metered', { rate: 0.01 });
    await until(async () => (await statusWith(other, key)) === 200, 'the other gateway knows it');
    expect([await statusWith(one, key), await statusWith(other, key)]).toEqual([429, 429]);
  });

  it('is in the headers, with its remainder', async () => {
    const { key } = await create('told', { rate: 0.5 });
    const answer = await one.call('GET', '/api/loans', { headers: { authorization: `Bearer ${key}` } });
    expect(answer.headers.get('ratelimit-policy')).toBe('"key";q=1;w=2');
    expect(answer.headers.get('ratelimit')).toBe('"key";r=0;t=2');
  });

  it('admits exactly the given number, however many gateways draw at once', async () => {
    const open = () => openPlainDatabase(database, 4);
    const databases = await Promise.all([open(), open()]);
    const draws = databases.map((each) => drawFrom(each, RATE_TIMEOUT_MS));
    const bucket = hash('sha256', 'a bucket', 'buffer');
    const startMs = performance.now();
    const drawn = await Promise.all(
      Array.from({ length: 200 }, async (_, place) => (await draws[place % 2]?.(bucket, 1, 50, 1))?.drawn ?? 0),
    );
    const seconds = (performance.now() - startMs) / 1000;
    const sum = drawn.reduce((total, each) => total + each, 0);
    expect(sum).toBeGreaterThanOrEqual(50);
    expect(sum).toBeLessThanOrEqual(50 + seconds + 1);
    await Promise.all(databases.map((each) => each.close()));
  });
});

describe('the audit log', () => {
  type Page = { results: AuditEntryBody[] };
  const entriesOf = async (caller: string) => (await get<Page>(one, `/api/audit?caller=${caller}`)).results;

  it('contains who wrote what, from where, and refusals, but no reads', async () => {
    const { id, key } = await create('busy', { scopes: ['loans:read', 'loans:write'] });
    const headers = { authorization: `Bearer ${key}`, 'x-request-id': 'audited-1' };
    await one.call('GET', '/api/loans/17', { headers });
    await one.call('POST', '/api/loans', { headers, body: '{}' });
    await one.call('POST', '/api/payments', { headers, body: '{}' });
    await one.call('GET', '/api/payments?status=completed', { headers });
    await until(async () => (await entriesOf('busy')).length === 3, 'all is written');
    const entry = { caller: 'busy', key_id: id, address: '127.0.0.1', request_id: 'audited-1' };
    expect(await entriesOf('busy')).toMatchObject([
      { ...entry, operation: 'listPayments', method: 'GET', path: '/api/payments', status: 403 },
      { ...entry, operation: 'makePayment', method: 'POST', path: '/api/payments', status: 403 },
      { ...entry, operation: 'takeLoan', method: 'POST', path: '/api/loans', status: 200 },
    ]);
    await until(async () => (await entriesOf('root')).some(({ operation }) => operation === 'createKey'), 'keys, too');
  });

  it('contains callers that left before their answer, because their call may have been executed', async () => {
    const held = await startStub(() => {});
    const gateway = await startGateway({ ...setup, replicas: [held] });
    const { key } = await create('hasty', { scopes: ['loans:write'] });
    await until(async () => (await statusWith(gateway, key)) === 403, 'the key is known');
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${key}` };
    const call = fetch(`${gateway.url}/api/loans`, { method: 'POST', body: '{}', headers, signal: leaving.signal });
    await until(() => held.requests.length === 1, 'it is under way');
    leaving.abort();
    await expect(call).rejects.toThrow('aborted');
    const writes = async () => (await entriesOf('hasty')).filter(({ method }) => method === 'POST');
    await until(async () => (await writes()).length === 1, 'it is written');
    expect(await writes()).toMatchObject([{ operation: 'takeLoan', status: 499, address: '127.0.0.1' }]);
  });

  it("takes a caller's address from trusted proxies only", async () => {
    const { logger, lines } = requestLog();
    const behind = await startGateway({ ...setup, logger, trustedProxies: ['127.0.0.1', '10.0.0.0/8'] });
    const { id, key } = await create('far', { scopes: ['loans:read', 'loans:write'] });
    await until(async () => (await statusWith(behind, key)) === 200, 'the key is known');
    const said: [RunningGateway, string, string][] = [
      [one, '203.0.113.7', '127.0.0.1'],
      [behind, '203.0.113.7', '203.0.113.7'],
      [behind, '198.51.100.9, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
      [behind, '2001:db8::7', '2001:db8::7'],
      [behind, 'somewhere', '127.0.0.1'],
    ];
    for (const [place, [gateway, forwarded]] of said.entries()) {
      const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': forwarded, 'x-request-id': `far-${place}` };
      await gateway.call('POST', '/api/loans', { headers, body: '{}' });
    }
    await until(async () => (await entriesOf('far')).length === said.length, 'all is written');
    const found = new Map((await entriesOf('far')).map((entry) => [entry.request_id, entry.address]));
    for (const [place, [, , address]] of said.entries())
      expect([place, found.get(`far-${place}`)]).toEqual([place, address]);
    const told = lines().flatMap(({ method, keyId, address }) => (method === 'POST' ? [[keyId, address]] : []));
    expect(told).toEqual(said.slice(1).map(([, , address]) => [id, address]));
  });

  it('is filtered by times', async () => {
    expect((await get<Page>(one, '/api/audit?from=2040-01-01T00:00:00Z')).results).toEqual([]);
    expect((await get<Page>(one, '/api/audit?to=2040-01-01T00:00:00Z&limit=1')).results).toHaveLength(1);
  });

  it('is for administrators', async () => {
    const { key } = await create('curious');
    expect(await statusWith(one, key, '/api/audit')).toBe(403);
  });
});

const rowsOf = async (text: string): Promise<Record<string, string>[]> => {
  const opened = await openPlainDatabase(database);
  try {
    return await run(sqlOf(opened), text);
  } finally {
    await opened.close();
  }
};
