/** Statements of one turn are sent together. The pool has one connection, so the tests see whether it survives. */
import { setImmediate as turn } from 'node:timers/promises';
import { StoreConflictError, StoreRefusalError } from '@mo/service-kit';
import pg from 'pg';
import { type Database, inTransaction, run, type Sql, sqlOf } from '../src/index.ts';
import { migratedDatabase, type OwnDatabases } from './databases.ts';
import { errorOf } from './error-of.ts';

let databases: OwnDatabases;
let database: Database;
beforeAll(async () => {
  ({ databases } = await migratedDatabase());
});
beforeEach(async () => {
  database = await databases.open({ connectionsMax: 1 });
});
afterAll(() => databases.close());

const INSERT = 'INSERT INTO names VALUES ($1)';
const backend = async () => {
  const [row] = await run<{ pid: number }>(sqlOf(database), 'SELECT pg_backend_pid() AS pid WHERE $1', [true]);
  return row?.pid;
};
const names = async (prefix: string) =>
  run(sqlOf(database), 'SELECT external_id FROM names WHERE starts_with(external_id, $1) ORDER BY 1', [prefix]);

/** Counts ReadyForQuery messages, of which the server sends one per Sync. */
async function syncsOf(work: () => Promise<unknown>): Promise<number> {
  const pool = await database.em.getDriver().getConnection().getNativeClient();
  const client = await pool.connect();
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
  let syncs = 0;
  const count = () => {
    syncs += 1;
  };
  client.release();
  connection.on('readyForQuery', count);
  await work();
  connection.off('readyForQuery', count);
  return syncs;
}

it('statements of one turn are answered together, each with its own rows', async () => {
  const results: unknown[] = [];
  const syncs = await syncsOf(() =>
    inTransaction(
      database,
      async (sql) => {
        results.push(
          ...(await Promise.all([
            run(sql, 'SELECT n FROM generate_series(1, $1::int) n', [2]),
            run(sql, INSERT, ['kinds 1']),
            run(sql, 'SELECT $1::text AS none WHERE false', ['x']),
            run(sql, `${INSERT} RETURNING external_id`, ['kinds 2']),
            run(sql, 'SELECT $1::numeric AS amount', ['12.30']),
          ])),
        );
        sql.atEnd([
          { text: INSERT, parameters: ['kinds 3'] },
          { text: INSERT, parameters: ['kinds 4'] },
        ]);
      },
      { readsFirst: true },
    ),
  );
  expect(results).toEqual([[{ n: 1 }, { n: 2 }], [], [], [{ external_id: 'kinds 2' }], [{ amount: '12.30' }]]);
  expect(await names('kinds')).toHaveLength(4);
  expect(syncs).toBe(2);
});

it('a failing statement rejects with its error; earlier ones are run, later ones are not, nothing is stored', async () => {
  const pid = await backend();
  await run(sqlOf(database), INSERT, ['fails']);
  const settled: string[] = [];
  const failing = inTransaction(database, async (sql) => {
    const statements = ['fails 1', 'fails', 'fails 2', null].map((name) => run(sql, INSERT, [name]));
    for (const { status, ...more } of await Promise.allSettled(statements))
      settled.push(status === 'fulfilled' ? status : String((more as { reason: Error }).reason.name));
    await Promise.all(statements);
  });
  expect(await errorOf(failing)).toBeInstanceOf(StoreConflictError);
  expect(settled).toEqual(['fulfilled', 'error', 'NotRunError', 'NotRunError']);
  expect(await names('fails ')).toEqual([]);
  expect(await backend()).toBe(pid);
});

it('statements that failed or were skipped are prepared by the next transaction', async () => {
  const pid = await backend();
  const [broken, unknown, behind] = [
    'SELECT 1 / $1::int AS one',
    'SELECT $1::nothing',
    'SELECT $1::int AS behind',
  ] as const;
  const all = (sql: Sql, texts: readonly string[], value: number) =>
    Promise.all(texts.map((text) => run(sql, text, [value])));
  expect(await errorOf(inTransaction(database, (sql) => all(sql, [broken, behind], 0)))).toBeInstanceOf(
    StoreRefusalError,
  );
  for (let tries = 0; tries < 2; tries += 1) {
    expect(await errorOf(inTransaction(database, (sql) => all(sql, [unknown, behind], 1)))).toMatchObject({
      code: '42704',
    });
    expect(await inTransaction(database, (sql) => all(sql, [broken, behind], 1))).toEqual([
      [{ one: 1 }],
      [{ behind: 1 }],
    ]);
  }
  expect(await backend()).toBe(pid);
});

it('a statement that failed when it was first prepared can be run outside a transaction, and vice versa', async () => {
  const pid = await backend();
  const text = 'SELECT 1 / $1::int AS first';
  const inOne = (value: number) => inTransaction(database, (sql) => run(sql, text, [value]));
  expect(await errorOf(inOne(0))).toBeInstanceOf(StoreRefusalError);
  expect(await run(sqlOf(database), text, [1])).toEqual([{ first: 1 }]);
  expect(await inOne(1)).toEqual([{ first: 1 }]);
  await run(sqlOf(database), 'SELECT $1::int AS other', [1]);
  expect(await inTransaction(database, (sql) => run(sql, 'SELECT $1::int AS other', [2]))).toEqual([{ other: 2 }]);
  expect(await backend()).toBe(pid);
});

it('rows that cannot be read fail their statement and those sent after it', async () => {
  const pid = await backend();
  const POINT = 600;
  pg.types.setTypeParser(POINT as never, () => {
    throw new Error('no such point');
  });
  const settled: string[] = [];
  const failing = inTransaction(database, async (sql) => {
    const texts = ['SELECT $1::int AS one', "SELECT point '(1,2)' AS two WHERE $1 = 1", 'SELECT $1::int AS three'];
    const statements = texts.map((text) => run(sql, text, [1]));
    for (const { status } of await Promise.allSettled(statements)) settled.push(status);
    await Promise.all(statements);
  });
  expect(await errorOf(failing)).toEqual(new Error('no such point'));
  expect(settled).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(await backend()).toBe(pid);
});

it('a parameter that cannot be converted fails its statement and those started with it', async () => {
  const pid = await backend();
  const unwritable = {
    toPostgres: () => {
      throw new Error('no such value');
    },
  };
  const failing = inTransaction(database, (sql) =>
    Promise.all([run(sql, INSERT, ['unwritable 1']), run(sql, INSERT, [unwritable])]),
  );
  expect(await errorOf(failing)).toEqual(new Error('no such value'));
  const last = inTransaction(database, async (sql) => {
    await run(sql, INSERT, ['unwritable 2']);
    sql.atEnd([
      { text: INSERT, parameters: ['unwritable 3'] },
      { text: INSERT, parameters: [unwritable] },
    ]);
  });
  expect(await errorOf(last)).toEqual(new Error('no such value'));
  expect(await names('unwritable')).toEqual([]);
  expect(await backend()).toBe(pid);
});

it('the server never skips a rollback because of statements started with it', async () => {
  const pid = await backend();
  const late: Promise<unknown>[] = [];
  const failing = inTransaction(database, async (sql) => {
    await run(sql, INSERT, ['late 1']);
    await turn();
    for (const name of [null, 'late 2']) late.push(errorOf(run(sql, INSERT, [name])));
    throw new Error('given up');
  });
  expect(await errorOf(failing)).toEqual(new Error('given up'));
  expect(await Promise.all(late)).toEqual([expect.any(Error), expect.any(Error)]);
  expect(await names('late')).toEqual([]);
  expect(await backend()).toBe(pid);
});

it('statements on a lost connection fail, and the connection is replaced', async () => {
  const pid = await backend();
  const other = await databases.open();
  const lost = inTransaction(database, async (sql) => {
    const asleep = run(sql, 'SELECT pg_sleep($1)', [30]);
    const behind = run(sql, INSERT, ['lost']);
    await turn();
    await run(sqlOf(other), 'SELECT pg_terminate_backend($1)', [pid]);
    await Promise.all([asleep, behind]);
  });
  expect(await errorOf(lost)).toMatchObject({ code: '57P01' });
  expect(await names('lost')).toEqual([]);
  expect(await backend()).not.toBe(pid);
});

it('the error of the work is reported even if the rollback fails', async () => {
  const pid = await backend();
  const other = await databases.open();
  const failing = inTransaction(database, async (sql) => {
    await run(sql, INSERT, ['given up']);
    await run(sqlOf(other), 'SELECT pg_terminate_backend($1)', [pid]);
    throw new Error('the work');
  });
  expect(await errorOf(failing)).toEqual(new Error('the work'));
  expect(await names('given up')).toEqual([]);
  expect(await backend()).not.toBe(pid);
});
