/** What the gateway does itself, where it goes wrong: a slow caller, a row that somebody holds. */
import type { CreatedKeyBody } from '@mo/contracts';
import { inTransaction, run } from '@mo/database';
import { testServers } from '@mo/dev-stack';
import {
  KEY,
  KEY_DIGEST,
  openPlainDatabase,
  RawConnection,
  type RunningGateway,
  startGateway,
  stopAll,
  until,
} from './support.ts';

let database: string;
let gateway: RunningGateway;
beforeAll(async () => {
  ({ gateway: database } = await testServers().createDatabases('admin'));
  gateway = await startGateway({ keys: `root:${KEY_DIGEST}`, database });
});
afterAll(stopAll);

const HEAD = `POST /api/keys HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-type: application/json\r\n`;
const connectWith = (rest: string, { port } = gateway) => new RawConnection(port).send(`${HEAD}${rest}`);
const bodyOf = (name: string) => JSON.stringify({ name, scopes: ['admin'] });

it('a body that arrives too slowly is a 408, and its connection ends', async () => {
  const limits = { callTimeoutMs: 200, lingerTimeoutMs: 200 };
  const hasty = await startGateway({ keys: `root:${KEY_DIGEST}`, limits });
  const connection = connectWith('content-length: 100\r\n\r\n{', hasty);
  expect(await connection.status()).toBe(408);
  expect(connection.received).toContain('"code":"request_timeout"');
  await until(() => connection.closed, 'the connection is closed');
});

it('a caller with Expect gets 100 Continue', async () => {
  const body = bodyOf('asks');
  const connection = connectWith(`content-length: ${body.length}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n`);
  expect(await connection.status()).toBe(100);
  connection.received = '';
  expect(await connection.send(body).status()).toBe(201);
});

it('a key cannot be created while others hold the lock, and nothing is half-done', async () => {
  const holder = await openPlainDatabase(database);
  const released = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holding = inTransaction(holder, async (sql) => {
    await run(sql, 'SELECT version FROM api_keys_version FOR UPDATE');
    held.resolve();
    await released.promise;
  });
  await held.promise;
  const answer = await gateway.call('POST', '/api/keys', { body: bodyOf('waits') });
  released.resolve();
  await holding;
  await holder.close();
  expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
    503,
    '1',
    expect.objectContaining({ code: 'unavailable', detail: 'another change blocks this one' }),
  ]);
  expect(await (await gateway.call('GET', '/api/keys?name=waits')).json()).toMatchObject({ results: [] });
});

it('a key of the lowest rates is told in digits how long to wait', async () => {
  for (const rate of [1e-300, 5e-324]) {
    const body = JSON.stringify({ name: 'slow', scopes: ['loans:read'], rate });
    const created = await gateway.call('POST', '/api/keys', { body });
    const { key } = (await created.json()) as CreatedKeyBody;
    const call = () => gateway.call('GET', '/api/loans', { headers: { authorization: `Bearer ${key}` } });
    expect((await call()).status).toBe(200);
    const { status, headers } = await call();
    expect([status, headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    expect(headers.get('ratelimit-policy')).toMatch(/^"key";q=1;w=\d+$/);
    expect(headers.get('ratelimit')).toMatch(/^"key";r=0;t=\d+$/);
  }
});
