/** Keys and the audit log in a terminal, against the whole system. */
import { mo, moJson, systemEnv } from '../src/mo.ts';
import { type System, startSystem } from '../src/system.ts';
import { nameOf } from '../src/world.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ env: { LOG_LEVEL: 'fatal' } });
});
afterAll(() => system?.stop());

const run = (...args: string[]) => mo(args, { env: systemEnv(system.stack.stack()) });
const json = (...args: string[]) => moJson(args, { env: systemEnv(system.stack.stack()) });

it('are created, listed, replaced and revoked, and the audit log shows their use', async () => {
  const name = nameOf('shop');
  const scopes = 'customers:read,customers:write';
  const [made] = await json('keys', 'create', name, '--scopes', scopes, '--rate', '100', '--expires', '2040-01-01');
  expect(made).toMatchObject({ name, rate: 100, scopes: scopes.split(','), expires_at: '2040-01-01T00:00:00.000Z' });
  const ada = nameOf('ada');
  await json('customers', 'create', ada, '--score', '100', '--key', String(made?.key));
  const refused = await run('loans', 'list', '--key', String(made?.key));
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/forbidden: .*\n {2}required_scope: loans:read\n/),
  ]);

  const [next] = await json('keys', 'rotate', String(made?.id), '--overlap', '0');
  expect((await run('customers', 'get', ada, '--key', String(made?.key))).code).toBe(2);
  await json('customers', 'get', ada, '--key', String(next?.key));
  await json('keys', 'revoke', String(next?.id));
  expect((await run('customers', 'get', ada, '--key', String(next?.key))).code).toBe(2);
  const listed = await json('keys', 'list', '--name', name);
  expect(listed.map(({ id, status }) => [id, status])).toEqual([
    [next?.id, 'revoked'],
    [made?.id, 'expired'],
  ]);
  const done = await json('audit', '--caller', name);
  expect(done.map(({ operation, status }) => [operation, status])).toEqual([
    ['listLoans', 403],
    ['createCustomer', 201],
  ]);
  const wrong = await run('keys', 'create', name, '--scopes', 'root');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('"root" must be one of customers:read')]);
});
