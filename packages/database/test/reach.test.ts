/** How a start waits for its database. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Migration } from '@mikro-orm/migrations';
import { createLogger, StartError } from '@mo/service-kit';
import { databaseOutage, migrateFirst, reachDatabase, run, sqlOf, UnreachedError } from '../src/index.ts';
import { whyUnfit } from '../src/reach.ts';
import { databaseWith, MIGRATIONS, type OwnDatabases, ownDatabases } from './databases.ts';
import { errorOf } from './error-of.ts';

interface Line {
  level: string;
  msg: string;
}

/** Short, so that a start that waits where it should not fails its test by the error and not by the time limit. */
const WAIT_MS_MAX = 1_000;

const POLL_MS = 10;

/** Longer than connections may take otherwise. */
const STALL_MS = 6_000;

const lines: Line[] = [];
let onWarning = (): void => {};
const logger = createLogger('test', 'warn', {
  write: (line) => {
    lines.push(JSON.parse(line) as Line);
    onWarning();
  },
});

let databases: OwnDatabases;
const servers: Server[] = [];
const sockets: Socket[] = [];
beforeAll(async () => {
  databases = await ownDatabases();
});
beforeEach(() => lines.splice(0));
afterEach(() => {
  onWarning = () => {};
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => databases.close());

async function listen(server: Server, port = 0): Promise<number> {
  servers.push(server);
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Passes a connection on to the database. */
function passOn(socket: Socket): void {
  const other = connect(databases.port, '127.0.0.1');
  sockets.push(other);
  for (const each of [socket, other]) each.on('error', () => {});
  socket.pipe(other).pipe(socket);
}

const urlWith = (change: Partial<URL>): string => Object.assign(new URL(databases.url), change).href;

it('reaches a database that is up, without a word', async () => {
  await reachDatabase('loans', { url: databases.url }, logger, 0);
  expect(lines).toEqual([]);
});

it('names the variable, the address and the reason, but no credentials, if it is given up', async () => {
  const url = 'postgres://somebody:secret@127.0.0.1:1/none';
  const failure = 'LOANS_DATABASE_URL: no connection to 127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1)';
  for (const [waitMsMax, message] of [
    [0, failure],
    [1, `${failure}, tried for 0.001 s`],
  ] as const) {
    const error = await errorOf(reachDatabase('loans', { url }, logger, waitMsMax));
    expect(error).toBeInstanceOf(UnreachedError);
    expect((error as Error).message).toBe(message);
  }
});

it('waits for a database that comes up meanwhile', async () => {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  let opened: Promise<unknown> | undefined;
  onWarning = () => {
    opened ??= listen(createServer(passOn), port);
  };
  await reachDatabase('loans', { url: urlWith({ port: String(port) }) }, logger);
  const failure = `connect ECONNREFUSED 127.0.0.1:${port}`;
  expect(lines.map(({ msg }) => msg)).toEqual([
    `LOANS_DATABASE_URL: no connection to 127.0.0.1:${port} (${failure}): trying for another 60 s`,
  ]);
  await opened;
});

describe('once the database has been reached, a stall while the migrations connect', () => {
  async function migrateThroughStall(waitMsMax?: number): Promise<void> {
    const proxy = createServer((socket) => {
      socket
        .on('error', () => {})
        .once('data', (login: Buffer) => {
          socket.pause().unshift(login);
          const stallMs = login.includes('loans-migrations') ? STALL_MS : 0;
          setTimeout(() => socket.destroyed || passOn(socket), stallMs);
        });
    });
    const url = urlWith({ port: String(await listen(proxy)) });
    await migrateFirst('loans', { url }, { migrations: MIGRATIONS }, logger, waitMsMax);
  }

  it('does not end a start', async () => {
    await migrateThroughStall();
    const names = 'SELECT count(*)::int AS names FROM names';
    expect(await run(sqlOf(await databases.open()), names)).toEqual([{ names: 0 }]);
  });

  it('delays a single attempt no longer than any connection', async () => {
    const error = await errorOf(migrateThroughStall(0));
    expect(error instanceof UnreachedError || databaseOutage(error)).toBeTruthy();
  });
});

it('waits no longer than a moment for a server that accepts the connection and says nothing', async () => {
  const port = await listen(createServer());
  const error = await errorOf(reachDatabase('loans', { url: urlWith({ port: String(port) }) }, logger, 0));
  expect(error).toBeInstanceOf(UnreachedError);
});

it.each([
  ['a wrong password', { password: 'wrong' }, 'password authentication failed for user'],
  ['a missing database', { pathname: '/nowhere' }, 'database "nowhere" does not exist'],
])('does not wait in case of %s', async (_what, change, reason) => {
  const error = await errorOf(reachDatabase('loans', { url: urlWith(change) }, logger, WAIT_MS_MAX));
  expect(error).toBeInstanceOf(StartError);
  expect(error).not.toBeInstanceOf(UnreachedError);
  expect((error as Error).message).toContain(reason);
  expect(lines).toEqual([]);
});

/** Waits until its session is ended. */
class Endless extends Migration {
  override async up(): Promise<void> {
    this.addSql('SELECT pg_sleep(600)');
  }
}

it.each([
  ['every session of', "application_name = 'loans-migrations'"],
  ['the one session that executes', "query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()"],
])('a restart of the server that ends %s a migration ends the start with an outage', async (_which, which) => {
  const own = await ownDatabases();
  const sql = sqlOf(await own.open());
  const migrations = [...MIGRATIONS, { name: 'endless', class: Endless }];
  const failure = errorOf(migrateFirst('loans', { url: own.url }, { migrations }, logger));
  const found = () =>
    run(
      sql,
      `SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND state = 'active'
    AND pid <> pg_backend_pid() AND datname = current_database()`,
    );
  while ((await found()).length === 0) await delay(POLL_MS);
  await run(
    sql,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND ${which}`,
  );
  expect(databaseOutage(await failure)).not.toBeNull();
  await own.close();
});

describe('a server or database that cannot be used', () => {
  const usable = { version: '17.0', number: 170_000, schema: 'app' };

  it.each([
    ['the oldest version that is supported', usable, null],
    [
      'an older version',
      { ...usable, version: '16.9', number: 160_009 },
      'is PostgreSQL 16.9, but 17 or later is needed',
    ],
  ])('is recognised: %s', (_what, server, reason) => expect(whyUnfit(server)).toBe(reason));

  it('ends the start with a sentence that names it', async () => {
    const { url, port } = await databaseWith("search_path = 'nowhere'");
    const error = await errorOf(reachDatabase('loans', { url }, logger, WAIT_MS_MAX));
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toBe(
      `LOANS_DATABASE_URL: 127.0.0.1:${port} has no schema for the tables: its search_path names none that exists`,
    );
  });
});
