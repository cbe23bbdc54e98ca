/** The database of the keys goes away: callers are let through as before, and nothing that needs it is half-done. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { run, sqlOf } from '@mo/database';
import { testServers } from '@mo/dev-stack';
import { createLogger, createRegistry } from '@mo/service-kit';
import { type AuditRecord, AuditTable } from '../src/audit/audit-table.ts';
import { AuditTrail } from '../src/audit/audit-trail.ts';
import { drawFrom } from '../src/rates/rate-store.ts';
import { KEY_DIGEST, openPlainDatabase, type RunningGateway, startGateway, stopAll, until } from './support.ts';

/** The way to the database, which a test may close. */
class Way {
  readonly #to: number;
  readonly #sockets = new Set<Socket>();
  /** The connections to the database. */
  readonly #others = new Set<Socket>();
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

  /** Leads to the database, but nothing back. */
  loseAnswers(): void {
    for (const other of this.#others) other.unpipe().resume();
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
    this.#others.add(other);
    other.once('close', () => this.#others.delete(other));
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
let direct: string;
let url: URL;
let way: Way;
beforeAll(async () => {
  ({ gateway: direct } = await testServers().createDatabases('away'));
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
  const table: { newIds: (this: AuditTable, count: number) => Promise<string[]> } = AuditTable.prototype;
  const { newIds } = table;
  table.newIds = function (this: AuditTable, count) {
    const ids = newIds.call(this, count);
    ids.catch((error: unknown) => failures.push(error));
    return ids;
  };
  return failures;
}

it('accepts keys that it has read, enforces rates alone, and writes the audit log later', async () => {
  const answer = await create({ name: 'shop', scopes: ['loans:write'], rate: 0.01 });
  const { key } = (await answer.json()) as { key: string };
  const call = () => gateway.call('POST', '/api/loans', { body: '{}', headers: { authorization: `Bearer ${key}` } });
  const failures = auditFailures();
  way.close();
  expect((await call()).status).toBe(200);
  const statuses = await Promise.all([call(), call(), call(), call()].map(async (called) => (await called).status));
  expect(statuses).toEqual([429, 429, 429, 429]);
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

/** The answer to its first write is lost. */
class UnluckyTable extends AuditTable {
  #isFirst = true;

  override write(ids: readonly string[], records: readonly AuditRecord[]): Promise<void> {
    if (this.#isFirst) way.loseAnswers();
    this.#isFirst = false;
    return super.write(ids, records);
  }
}

it('writes an entry once, even if the connection is lost after the entry was stored and before the answer', async () => {
  const [through, beside] = await Promise.all([openPlainDatabase(url.href), openPlainDatabase(direct)]);
  const of = { atMs: Date.now(), caller: 'unlucky', keyId: null, operation: 'takeLoan', status: 201 };
  const record = (requestId: string) => ({ ...of, method: 'POST', path: '/api/loans', address: '', requestId });
  const written = async () => {
    const text = "SELECT request_id FROM audit_log WHERE caller = 'unlucky' ORDER BY id";
    return (await run<{ request_id: string }>(sqlOf(beside), text)).map(({ request_id: requestId }) => requestId);
  };
  const trail = new AuditTrail(new UnluckyTable(through), createLogger('test', 'silent'), createRegistry('test'));
  trail.note(record('first'));
  trail.note(record('second'));
  await until(async () => (await written()).length === 2, 'the database has stored both');
  trail.note(record('third'));
  way.close();
  way.isOpen = true;
  await until(async () => (await written()).includes('third'), 'it goes on');
  expect(await written()).toEqual(['first', 'second', 'third']);
  await trail.close();
  await Promise.all([through.close(), beside.close()]);
});

describe('a gateway that starts while its database is down', () => {
  const NOT_READY = 'the API keys in the database are not read yet';
  const readyOf = async ({ url: origin }: RunningGateway) =>
    Promise.all(
      ['/readyz', '/readyz/any'].map(async (path) => {
        const answer = await fetch(`${origin}${path}`);
        return [answer.status, ((await answer.json()) as { reason?: string }).reason];
      }),
    );

  it('accepts the keys that need no database, refuses none that may be valid, and reads all later', async () => {
    const { key } = (await (await create({ name: 'stored', scopes: ['loans:write'] })).json()) as { key: string };
    way.close();
    const started = await startGateway({ keys: `root:${KEY_DIGEST}`, database: url.href });
    const call = (headers: Record<string, string> = {}) => started.call('POST', '/api/loans', { body: '{}', headers });
    expect(await readyOf(started)).toEqual([
      [503, NOT_READY],
      [503, NOT_READY],
    ]);
    expect((await call()).status).toBe(200);
    const unknown = await call({ authorization: `Bearer ${key}` });
    expect([unknown.status, unknown.headers.get('retry-after'), await unknown.json()]).toEqual([
      503,
      '1',
      expect.objectContaining({ code: 'unavailable', detail: NOT_READY }),
    ]);
    expect((await call({ authorization: '' })).status).toBe(401);
    expect((await started.call('GET', '/api/audit')).status).toBe(503);
    way.isOpen = true;
    await until(async () => (await call({ authorization: `Bearer ${key}` })).status === 200, 'the stored key is known');
    expect((await call({ authorization: 'Bearer mo_unknown' })).status).toBe(401);
    await until(async () => (await readyOf(started)).every(([status]) => status === 200), 'it is ready');
    const entries = async () => {
      const answer = await started.call('GET', '/api/audit?caller=root&limit=100');
      return ((await answer.json()) as { results: { operation: string }[] }).results.map(({ operation }) => operation);
    };
    await until(async () => (await entries()).includes('takeLoan'), 'the audit log has what was called before');
  });

  it('migrates a new database once it is reachable', async () => {
    const { gateway: fresh } = await testServers().createDatabases('fresh');
    way.close();
    const started = await startGateway({
      keys: `root:${KEY_DIGEST}`,
      database: Object.assign(new URL(fresh), { port: url.port }).href,
    });
    expect((await started.call('GET', '/api/keys')).status).toBe(503);
    way.isOpen = true;
    await until(async () => (await started.call('GET', '/api/keys')).status === 200, 'the table of keys is there');
  });

  it('does not start if the database refuses it', async () => {
    const wrong = Object.assign(new URL(url), { password: 'wrong' }).href;
    await expect(startGateway({ keys: `root:${KEY_DIGEST}`, database: wrong })).rejects.toThrow(
      'password authentication failed',
    );
  });

  it('stops even if the database is still down', async () => {
    way.close();
    const started = await startGateway({ keys: `root:${KEY_DIGEST}`, database: url.href });
    await started.stop();
    way.isOpen = true;
  });
});

it('waits for a rate no longer than a caller should', async () => {
  const database = await openPlainDatabase(url.href);
  const bucket = Buffer.alloc(32);
  expect(await drawFrom(database, 30_000)(bucket, 1, 2, 1)).toMatchObject({ drawn: 1 });
  way.freeze();
  await expect(drawFrom(database, 50)(bucket, 1, 2, 1)).rejects.toThrow('no answer for 50 ms');
  way.close();
  way.isOpen = true;
  await database.close();
});
