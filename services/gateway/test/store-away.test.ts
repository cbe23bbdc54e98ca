/** The database of the keys goes away: callers are let through as before, and nothing that needs it is half-done. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { testServers } from '@mo/dev-stack';
import { type AuditRecord, AuditTable } from '../src/audit/audit-table.ts';
import { drawFrom } from '../src/rates/rate-store.ts';
import { KEY_DIGEST, openPlainDatabase, type RunningGateway, startGateway, stopAll, until } from './support.ts';

/** The way to the database, which a test may close. */
class Way {
  readonly #to: number;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#lead(socket));
  isOpen = true;

  constructor(to: number) {
    this.#to = to;
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Leads nothing to the database any more, and says nothing of it. */
  freeze(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  close(): void {
    this.isOpen = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  end(): void {
    this.close();
    this.#server.close();
  }

  #lead(socket: Socket): void {
    if (!this.isOpen) return void socket.destroy();
    const other = connect(this.#to, '127.0.0.1');
    for (const [one, two] of [
      [socket, other],
      [other, socket],
    ] as const) {
      this.#sockets.add(one);
      one
        .on('error', () => {})
        .on('close', () => {
          this.#sockets.delete(one);
          two.destroy();
        });
      one.pipe(two);
    }
  }
}

let gateway: RunningGateway;
let url: URL;
let way: Way;
beforeAll(async () => {
  const { gateway: direct } = await testServers().createDatabases('away');
  url = new URL(direct);
  way = new Way(Number(url.port));
  url.port = String(await way.listen());
  gateway = await startGateway({ keys: `root:${KEY_DIGEST}`, database: url.href });
});
afterAll(async () => {
  await stopAll();
  way.end();
});

const create = (body: object) => gateway.call('POST', '/api/keys', { body: JSON.stringify(body) });

/** What writing the audit log failed with, from now on. */
function auditFailures(): unknown[] {
  const failures: unknown[] = [];
  const table: { write: (this: AuditTable, records: readonly AuditRecord[]) => Promise<void> } = AuditTable.prototype;
  const { write } = table;
  table.write = function (this: AuditTable, records) {
    const written = write.call(this, records);
    written.catch((error: unknown) => failures.push(error));
    return written;
  };
  return failures;
}

it('lets keys through that it knew, keeps rates by itself, and writes the audit log later', async () => {
  const answer = await create({ name: 'shop', scopes: ['loans:write'], rate: 2 });
  const { key } = (await answer.json()) as { key: string };
  const call = () => gateway.call('POST', '/api/loans', { body: '{}', headers: { authorization: `Bearer ${key}` } });
  const failures = auditFailures();
  way.close();
  expect((await call()).status).toBe(200);
  const statuses = await Promise.all([call(), call(), call(), call()].map(async (called) => (await called).status));
  expect(statuses).toContain(200);
  expect(statuses).toContain(429);
  const refused = await create({ name: 'late', scopes: ['admin'] });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  await until(() => failures.length > 0, 'it was tried to write the audit log');
  expect(await gateway.metric('gateway_audit_waiting')).toBeGreaterThan(0);
  way.isOpen = true;
  await until(async () => (await gateway.metric('gateway_audit_waiting')) === 0, 'the audit log is written');
  const { results } = (await (await gateway.call('GET', '/api/audit?caller=shop')).json()) as { results: unknown[] };
  expect(results.length).toBeGreaterThanOrEqual(5);
  expect((await create({ name: 'again', scopes: ['admin'] })).status).toBe(201);
});

it('waits no longer for a rate than a caller should', async () => {
  const database = await openPlainDatabase(url.href);
  const bucket = Buffer.alloc(32);
  expect(await drawFrom(database, 30_000)(bucket, 1, 2, 1)).toMatchObject({ drawn: 1 });
  way.freeze();
  await expect(drawFrom(database, 50)(bucket, 1, 2, 1)).rejects.toThrow('no answer for 50 ms');
  way.close();
  way.isOpen = true;
  await database.close();
});
