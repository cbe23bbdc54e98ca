import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { Migration } from '@mikro-orm/migrations';
import { createLogger, StoreConflictError } from '@mo/service-kit';
import {
  type Database,
  databaseOutage,
  databaseProblem,
  inTransaction,
  migrate,
  migrateFirst,
  openDatabase,
  run,
  sqlOf,
  whyUnreachable,
} from '../src/index.ts';
import {
  CONNECTIONS_MAX,
  databaseWith,
  MIGRATIONS,
  migratedDatabase,
  type OwnDatabases,
  ownDatabases,
} from './databases.ts';
import { errorOf } from './error-of.ts';

/** Longer than any machine stands still. */
const PATIENT_MS = 60_000;

/** Records the timeouts that applied to it. */
class Limits extends Migration {
  override async up(): Promise<void> {
    this.addSql(`CREATE TABLE limits AS
      SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock`);
  }
}

/** A change by a later version: the earlier one does not know the column, and still writes its rows. */
class Later extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE names ADD COLUMN note text');
  }
}

describe('migrations', () => {
  let databases: OwnDatabases;
  beforeAll(async () => {
    databases = await ownDatabases();
  });
  afterAll(() => databases.close());

  it('run once if several processes start together, and are complete before any process continues', async () => {
    const processes = await Promise.all([databases.open(), databases.open(), databases.open()]);
    const names = await Promise.all(
      processes.map(async (database) => {
        await migrate(database);
        return run(sqlOf(database), 'SELECT count(*) FROM names');
      }),
    );
    expect(names).toHaveLength(3);
    expect(await run(sqlOf(processes[0]), 'SELECT name FROM mikro_orm_migrations')).toEqual(
      MIGRATIONS.map(({ name }) => ({ name })),
    );
  });

  it('do nothing if none is due', async () => {
    await expect(migrate(await databases.open())).resolves.toEqual([]);
  });

  it('of a newer version do not prevent an older version from starting', async () => {
    const later = await ownDatabases();
    const migrations = [...MIGRATIONS, { name: 'later', class: Later }];
    expect(await migrate(await later.open({ migrations }))).toEqual(migrations.map(({ name }) => name));
    const older = await later.open();
    expect(await migrate(older)).toEqual([]);
    expect(await run(sqlOf(older), 'SELECT count(*)::int AS names FROM names')).toEqual([{ names: 0 }]);
    await later.close();
  });
});

it('migrates into the schema of the search path, and finds its migrations there', async () => {
  const databases = await databaseWith('search_path = app');
  const logger = createLogger('test', 'silent');
  const schema = await databases.open();
  await run(sqlOf(schema), 'CREATE SCHEMA app');
  for (const _start of [1, 2]) await migrateFirst('loans', { url: databases.url }, { migrations: MIGRATIONS }, logger);
  const tables = `SELECT schemaname, tablename FROM pg_tables
    WHERE tablename IN ('names', 'mikro_orm_migrations') ORDER BY tablename`;
  expect(await run(sqlOf(schema), tables)).toEqual(
    ['mikro_orm_migrations', 'names'].map((tablename) => ({ schemaname: 'app', tablename })),
  );
  await databases.close();
});

it('stays with its tables when another schema comes first in the search path', async () => {
  const databases = await ownDatabases();
  const logger = createLogger('test', 'silent');
  const start = () => migrateFirst('loans', { url: databases.url }, { migrations: MIGRATIONS }, logger);
  await start();
  const sql = sqlOf(await databases.open());
  await run(sql, "INSERT INTO names VALUES ('ada')");
  await run(sql, 'CREATE SCHEMA "$user"'.replace('$user', new URL(databases.url).username));
  await start();
  expect(await run(sqlOf(await databases.open()), 'SELECT * FROM names')).toEqual([{ external_id: 'ada' }]);
  await databases.close();
});

it('reads times as they are, whatever style and zone the database sets', async () => {
  const time = "SELECT '2026-12-01T10:20:30.456Z'::timestamptz AS time";
  for (const setting of ["datestyle = 'SQL, DMY'", "datestyle = 'German'", "timezone = 'Asia/Kolkata'"]) {
    const databases = await databaseWith(setting);
    const [row] = await run<{ time: string }>(sqlOf(await databases.open()), time);
    expect(row?.time).toBe('2026-12-01 10:20:30.456+00');
    await databases.close();
  }
});

it('a migration has no statement timeout, but a lock timeout, so that no other statements queue behind it', async () => {
  const databases = await ownDatabases();
  const logger = createLogger('test', 'silent');
  await migrateFirst('loans', { url: databases.url }, { migrations: [{ name: 'limits', class: Limits }] }, logger);
  const database = await databases.open();
  expect(await run(sqlOf(database), 'SELECT * FROM limits')).toEqual([{ statement: '0', lock: '5s' }]);
  await databases.close();
});

describe('an outage', () => {
  const openNowhere = () =>
    openDatabase({
      url: 'postgres://nobody@127.0.0.1:1/none',
      name: 'test',
      entities: [],
      migrations: [],
      connectionsMax: 1,
      logger: createLogger('test', 'silent'),
    });
  const unavailable = { code: 'unavailable', status: 503, headers: { 'retry-after': '1' } };

  it.each([
    ['a statement', (database: Database) => run(sqlOf(database), 'SELECT 1')],
    ['a transaction', (database: Database) => inTransaction(database, (sql) => run(sql, 'SELECT 1'))],
    ['a migration', migrate],
  ])('is reported if the database cannot be reached by %s', async (_what, work) => {
    const database = await openNowhere();
    expect(databaseOutage(await errorOf(work(database)))).toMatchObject(unavailable);
    await database.close();
  });

  it('is reported if the server ends a session within a transaction, and the pool loses no connection', async () => {
    const { database, databases } = await migratedDatabase();
    for (let session = 0; session <= CONNECTIONS_MAX; session += 1) {
      const begun = Promise.withResolvers<number>();
      const ended = Promise.withResolvers<void>();
      const transaction = inTransaction(database, async (sql) => {
        const [backend] = await run<{ pid: number }>(sql, 'SELECT pg_backend_pid() AS pid');
        begun.resolve(backend?.pid ?? 0);
        await ended.promise;
        await run(sql, 'SELECT 1');
      });
      await run(sqlOf(database), 'SELECT pg_terminate_backend($1)', [await begun.promise]);
      ended.resolve();
      expect(databaseOutage(await errorOf(transaction))).toMatchObject(unavailable);
    }
    expect(await run(sqlOf(database), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await databases.close();
  });

  it('is reported if a transaction was idle for too long', async () => {
    const { database, databases } = await migratedDatabase();
    const sessionOf = 'SELECT 1 FROM pg_stat_activity WHERE pid = $1';
    const transaction = inTransaction(database, async (sql) => {
      const [backend] = await run<{ pid: number }>(sql, 'SELECT pg_backend_pid() AS pid');
      await run(sql, `SET LOCAL idle_in_transaction_session_timeout = '10ms'`);
      const { pid } = backend ?? { pid: 0 };
      while ((await run(sqlOf(database), sessionOf, [pid])).length > 0) await turn();
      await run(sql, 'SELECT 1');
    });
    expect(databaseOutage(await errorOf(transaction))).toMatchObject(unavailable);
    await databases.close();
  });

  it('is reported for a standby, until its name leads to a primary', async () => {
    const { database, databases } = await migratedDatabase();
    const name = new URL(databases.url).pathname.slice(1);
    await run(sqlOf(database), `CREATE FUNCTION pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'`);
    await run(sqlOf(database), `ALTER DATABASE ${name} SET search_path = public, pg_catalog`);
    const moved = await databases.open();
    expect(databaseOutage(await errorOf(run(sqlOf(moved), 'SELECT 1')))).toMatchObject(unavailable);
    expect(await whyUnreachable(moved)).toBe('the database accepts no writes');
    await run(sqlOf(database), 'DROP FUNCTION public.pg_is_in_recovery()');
    expect(await whyUnreachable(moved)).toBeNull();
    await databases.close();
  });

  it('is reported if the server no longer takes writes, and the connection is replaced', async () => {
    const databases = await ownDatabases();
    const database = await databases.open({ connectionsMax: 1 });
    await migrate(await databases.open());
    await run(sqlOf(database), 'SET default_transaction_read_only = on');
    const write = () => inTransaction(database, (sql) => run(sql, `INSERT INTO names VALUES ('one')`));
    expect(databaseOutage(await errorOf(write()))).toMatchObject(unavailable);
    expect(await write()).toEqual([]);
    await databases.close();
  });

  it.each([
    ['57P01', 'cannot be reached'],
    ['08006', 'cannot be reached'],
    ['53300', 'lacks resources'],
    ['53100', 'lacks resources'],
    ['57014', 'takes too long'],
    ['25P03', 'takes too long'],
    ['25P04', 'takes too long'],
    ['25006', 'accepts no writes'],
  ])('is reported for SQLSTATE %s: the database %s', (code, meaning) => {
    const error = Object.assign(new Error('a query failed'), { code });
    expect(databaseOutage(error)).toMatchObject({ ...unavailable, message: `the database ${meaning}` });
  });

  it.each([new Error('a bug'), new StoreConflictError('deadlock'), 'text', null])('is not reported for %p', (error) => {
    expect(databaseOutage(error)).toBeNull();
  });

  it('is not reported for an error in a statement', async () => {
    const { database, databases } = await migratedDatabase();
    expect(databaseOutage(await errorOf(run(sqlOf(database), 'SELECT no_such_column')))).toBeNull();
    await databases.close();
  });
});

it('a lock that another transaction holds for too long is a 503, with and without a transaction', async () => {
  const { database, databases } = await migratedDatabase();
  const other = await databases.open({ connectionsMax: 1 });
  await inTransaction(database, async (sql) => {
    await run(sql, 'LOCK TABLE names IN ACCESS EXCLUSIVE MODE');
    const read = 'SELECT * FROM names';
    await run(sqlOf(other), "SELECT set_config('lock_timeout', '10ms', false)");
    for (const work of [run(sqlOf(other), read), inTransaction(other, (sql) => run(sql, read), { lockWaitMsMax: 10 })])
      expect(databaseProblem(await errorOf(work))).toMatchObject({
        status: 503,
        message: 'another change blocks this one',
        headers: { 'retry-after': '1' },
      });
  });
  await databases.close();
});

describe('a connection that is lost silently', () => {
  let databases: OwnDatabases;
  let proxy: { port: number; forget: () => void; close: () => void };
  beforeAll(async () => {
    databases = await ownDatabases();
    proxy = await forgetfulProxy(databases.port);
  });
  afterAll(async () => {
    proxy.close();
    await databases.close();
  });

  it('is an outage after silenceMsMax, and the next connection works', async () => {
    const database = await databases.open({ port: proxy.port, silenceMsMax: PATIENT_MS });
    const select = (silenceMsMax = PATIENT_MS) =>
      inTransaction(database, (sql) => run<{ one: number }>(sql, 'SELECT 1 AS one'), { silenceMsMax });
    expect(await select()).toEqual([{ one: 1 }]);
    proxy.forget();
    expect(databaseOutage(await errorOf(select(500)))).toMatchObject({ status: 503 });
    expect(await select()).toEqual([{ one: 1 }]);
  });
});

/** A proxy for a port that can forget its connections, as a replaced router does: what is sent on them is lost. */
async function forgetfulProxy(target: number): Promise<{ port: number; forget: () => void; close: () => void }> {
  const pairs: [Socket, Socket][] = [];
  const server: Server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => {});
    near.pipe(far).pipe(near);
    pairs.push([near, far]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    forget: () => {
      for (const [near, far] of pairs) {
        near.unpipe(far).resume();
        far.unpipe(near).resume();
      }
    },
    close: () => {
      for (const socket of pairs.flat()) socket.destroy();
      server.close();
    },
  };
}
