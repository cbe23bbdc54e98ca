/**
 * The OWASP API Security Top 10 of 2023 (https://owasp.org/API-Security), risks 1, 2, 3 and 5: access.
 * services/gateway/test/scopes.unit.test.ts tries every operation with every scope, and hostile.test.ts broken
 * requests.
 */
import { createHmac } from 'node:crypto';
import type { AuditEntryBody } from '@mo/contracts';
import { Intruder, newCustomer } from '../src/intruder.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { nameOf } from '../src/world.ts';

let system: System;
let call: Intruder['call'];
let keyOf: Intruder['keyOf'];
let briefKeyOf: Intruder['briefKeyOf'];
let expectNoCrash: Intruder['expectNoCrash'];
beforeAll(async () => {
  system = await startSystem({ env: { LOG_LEVEL: 'fatal' } });
  ({ call, keyOf, briefKeyOf, expectNoCrash } = new Intruder(system));
});
afterAll(async () => {
  try {
    expectNoCrash?.();
  } finally {
    await system?.stop();
  }
});

describe('API1, broken object level authorization', () => {
  it('a stored answer is not returned to another caller, even with the same key and body', async () => {
    const [one, other] = [await keyOf(['customers:write']), await keyOf(['customers:write'])];
    const body = newCustomer();
    const headers = { 'idempotency-key': nameOf('idempotency') };
    expect((await call('POST', '/api/customers', { key: one.key, body, headers })).status).toBe(201);
    const tried = await call('POST', '/api/customers', { key: other.key, body, headers });
    expect([tried.status, tried.body.code]).toEqual([409, 'already_exists']);
    expect(tried.headers.get('idempotency-replayed')).toBeNull();
  });

  it('an id is useless without the scope of its kind, and does not reveal whether the object exists', async () => {
    const { id } = await system.world.customer('1000');
    const { key } = await keyOf(['payments:read']);
    const paths = [`/api/customers/${id}`, '/api/customers/999999999', `/api/customers/${id}/statement`];
    const answers = await Promise.all(paths.map((path) => call('GET', path, { key })));
    expect(answers.map(({ status, body }) => [status, body.code, body.detail])).toEqual(
      answers.map(() => [403, 'forbidden', answers[0]?.body.detail]),
    );
  });

  it('a cursor of one list is refused by others', async () => {
    for (const _ of [1, 2]) await system.world.customer('1000');
    const page = await call<{ next_cursor: string }>('GET', '/api/customers?limit=1&status=active');
    const tried = await call('GET', `/api/customers?limit=1&status=inactive&cursor=${page.body.next_cursor}`);
    expect([tried.status, tried.body.errors?.[0]?.pointer]).toEqual([400, '/cursor']);
  });
});

describe('API2, broken authentication', () => {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const claims = { iss: 'https://issuer.example', aud: 'mo', sub: 'ada', scope: 'admin', exp: 4_000_000_000 };
  const unsigned = `${encode({ alg: 'none' })}.${encode(claims)}.`;
  const signed = `${encode({ alg: 'HS256' })}.${encode(claims)}`;

  it.each([
    ['no key', {}],
    ['an unknown key', { authorization: 'Bearer mo_0000000000000000000000000000000000000000000' }],
    ['an empty key', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: 'Basic YWRhOmFkYQ==' }],
    ['an unsigned token', { authorization: `Bearer ${unsigned}` }],
    [
      'a token that is signed with a word',
      { authorization: `Bearer ${signed}.${createHmac('sha256', 'secret').update(signed).digest('base64url')}` },
    ],
  ])('%s is refused', async (_name, headers) => {
    const tried = await call('GET', '/api/customers', { key: null, headers });
    expect([tried.status, tried.body.code]).toEqual([401, 'unauthenticated']);
    expect(tried.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('a key in the URL, where logs would contain it, is ignored', async () => {
    const path = `/api/customers?api_key=${system.stack.apiKey}`;
    expect((await call('GET', path, { key: null })).status).toBe(401);
  });

  it('a revoked or expired key is refused', async () => {
    const { id, key } = await keyOf(['customers:read']);
    expect((await call('GET', '/api/customers', { key })).status).toBe(200);
    expect((await call('POST', `/api/keys/${id}/revoke`)).status).toBe(200);
    await waitFor(async () => (await call('GET', '/api/customers', { key })).status === 401);
    const brief = await briefKeyOf(['customers:read']);
    await waitFor(async () => (await call('GET', '/api/customers', { key: brief })).status === 401);
  });
});

const newLoan = (customerId: number) => ({
  external_id: nameOf('loan'),
  customer_id: customerId,
  amount: '10.00',
  maximum_payment_date: '2030-01-01T00:00:00Z',
});
const newPayment = (customerId: number) => ({
  external_id: nameOf('payment'),
  customer_id: customerId,
  total_amount: '1.00',
});

describe('API3, broken object property level authorization', () => {
  it.each([
    ['POST', '/api/customers', () => ({ ...newCustomer(), id: 1 }), '/id'],
    ['POST', '/api/customers', () => ({ ...newCustomer(), total_debt: '0.00' }), '/total_debt'],
    ['POST', '/api/customers', () => ({ ...newCustomer(), __proto__: null, constructor: {} }), '/constructor'],
    ['POST', '/api/loans', (id: number) => ({ ...newLoan(id), outstanding: '0.01' }), '/outstanding'],
    ['POST', '/api/payments', (id: number) => ({ ...newPayment(id), status: 'completed' }), '/status'],
    ['PATCH', '/api/customers/:id', () => ({ score: '1.00', external_id: 'mine' }), '/external_id'],
  ])('%s %s refuses members that callers must not set: %#', async (method, path, body, pointer) => {
    const { id } = await system.world.customer('1000');
    const tried = await call(method, path.replace(':id', String(id)), { body: body(id) });
    expect([tried.status, tried.body.code]).toEqual([400, 'invalid_request']);
    expect(tried.body.errors).toEqual([expect.objectContaining({ pointer })]);
  });

  it('a key is shown once, and its stored form never', async () => {
    const { id, key } = await keyOf(['loans:read']);
    const shown = await call('GET', `/api/keys/${id}`);
    expect(shown.text).not.toContain(key);
    expect(Object.keys(shown.body)).not.toEqual(expect.arrayContaining([expect.stringMatching(/hash|secret|^key$/)]));
  });
});

describe('API5, broken function level authorization', () => {
  it('a caller with all read scopes can change nothing, whatever method it claims, and create no keys', async () => {
    const { key } = await keyOf(['customers:read', 'loans:read', 'payments:read', 'webhooks:read']);
    const tried = [
      await call('POST', '/api/customers', { key, body: newCustomer() }),
      await call('POST', '/api/keys', { key, body: { name: 'mine', scopes: ['admin'] } }),
      await call('GET', '/api/keys', { key }),
      await call('GET', '/api/audit', { key }),
      await call('POST', '/api/customers', { key, body: {}, headers: { 'x-http-method-override': 'GET' } }),
    ];
    expect(tried.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
  });

  it('the audit log shows the actions of administrators', async () => {
    const { id, name, key } = await keyOf(['admin']);
    const from = new Date().toISOString();
    const body = { name: nameOf('caller'), scopes: ['loans:read'] };
    expect((await call('POST', '/api/keys', { key, body })).status).toBe(201);
    const path = `/api/audit?${new URLSearchParams({ caller: name, from }).toString()}`;
    const entries = await waitFor(async () => {
      const { results } = (await call<{ results: AuditEntryBody[] }>('GET', path)).body;
      return results.length > 0 && results;
    });
    const done = { operation: 'createKey', method: 'POST', path: '/api/keys', status: 201 };
    expect(entries).toEqual([expect.objectContaining({ caller: name, key_id: id, ...done })]);
  });
});
