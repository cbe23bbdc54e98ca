import { setImmediate as turn } from 'node:timers/promises';
import { StoreConflictError, StoreRefusalError } from '@mo/service-kit';
import { type Database, databaseOutage, inTransaction, run, sqlOf, type TransactionOptions } from '../src/index.ts';
import { migratedDatabase, type OwnDatabases } from './databases.ts';
import { errorOf } from './error-of.ts';

/** More levels of JSON than PostgreSQL's stack allows. */
const NESTED = 50_000;

describe('a transaction', () => {
  let database: Database;
  let databases: OwnDatabases;
  beforeAll(async () => {
    ({ database, databases } = await migratedDatabase());
  });
  afterAll(() => databases.close());
  const insert = 'INSERT INTO names VALUES ($1)';
  const names = async () =>
    (await run<{ external_id: string }>(sqlOf(database), 'SELECT external_id FROM names')).map(
      (row) => row.external_id,
    );

  it('that fails stores nothing', async () => {
    const failing = inTransaction(database, async (sql) => {
      await run(sql, insert, ['half']);
      throw new Error('the rest');
    });
    expect(await errorOf(failing)).toEqual(new Error('the rest'));
    expect(await names()).not.toContain('half');
  });

  it('can wait longer for a silent statement, without effect on later transactions', async () => {
    const impatient = await databases.open({ silenceMsMax: 500 });
    const silent = (options: TransactionOptions) =>
      inTransaction(impatient, (sql) => run<{ one: number }>(sql, 'SELECT 1 AS one FROM pg_sleep(1)'), options);
    const patiently = () => silent({ silenceMsMax: 60_000 }).catch(() => null);
    // On a busy machine a connection may count as lost before it is open.
    let rows = await patiently();
    while (rows === null) rows = await patiently();
    expect(rows).toEqual([{ one: 1 }]);
    expect(databaseOutage(await errorOf(silent({})))).toMatchObject({ status: 503 });
  });

  it('is a conflict if a key is taken', async () => {
    await run(sqlOf(database), insert, ['taken']);
    expect(await errorOf(inTransaction(database, (sql) => run(sql, insert, ['taken'])))).toBeInstanceOf(
      StoreConflictError,
    );
  });

  it('is a conflict in a deadlock, and the other transaction continues', async () => {
    await run(sqlOf(database), `INSERT INTO names VALUES ('left'), ('right')`);
    const lock = 'SELECT 1 FROM names WHERE external_id = $1 FOR UPDATE';
    const bothHold = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    const cross = (mine: 0 | 1, first: string, second: string) =>
      inTransaction(database, async (sql) => {
        await run(sql, lock, [first]);
        bothHold[mine].resolve();
        await Promise.all(bothHold.map(({ promise }) => promise));
        await run(sql, lock, [second]);
      });
    const outcomes = await Promise.allSettled([cross(0, 'left', 'right'), cross(1, 'right', 'left')]);
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    expect(failures).toEqual([expect.any(StoreConflictError)]);
  });

  it('sends statements that are started together at once, and returns the rows of each', async () => {
    const begun = inTransaction(database, (sql) =>
      Promise.all([run(sql, 'SELECT $1::int AS a', [1]), run(sql, 'SELECT $1::int AS b', [2])]),
    );
    expect(await begun).toEqual([[{ a: 1 }], [{ b: 2 }]]);
  });

  it('reports the statement that failed, and stores nothing of the others', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const failing = inTransaction(database, (sql) => {
      const others = ['first', null, 'last'].map((name) => run(sql, insert, [name]));
      late = (async () => {
        await Promise.allSettled(others);
        // By now the failure has led to a rollback.
        for (let n = 0; n < 5; n += 1) await turn();
        await run(sql, insert, ['late']);
      })();
      return Promise.all([late, ...others]);
    });
    expect(await errorOf(failing)).toBeInstanceOf(StoreRefusalError);
    await Promise.allSettled([late]);
    expect((await names()).filter((name) => ['late', 'first', 'last'].includes(name))).toEqual([]);
  });

  it('that is given up stores nothing of the statements that were started together, however many', async () => {
    const many = Array.from({ length: 12 }, (_, number) => `given-up-${number}`);
    const statements: Promise<unknown>[] = [];
    const failing = inTransaction(database, (sql) => {
      statements.push(...many.map((name) => run(sql, insert, [name])));
      const [first, ...others] = statements;
      const conflict = first?.then(() =>
        Promise.reject(new StoreConflictError('found in what the first one answered')),
      );
      return Promise.all([conflict, ...others]);
    });
    expect(await errorOf(failing)).toBeInstanceOf(StoreConflictError);
    await Promise.allSettled(statements);
    expect((await names()).filter((name) => many.includes(name))).toEqual([]);
  });

  it('reports the first failure, even if the work saw only a later one', async () => {
    await run(sqlOf(database), insert, ['owned']);
    const failing = inTransaction(database, async (sql) => {
      const first = errorOf(run(sql, insert, ['owned']));
      // By now it is sent, and the next statement is not sent with it.
      await turn();
      const second = run(sql, 'SELECT 1');
      await Promise.allSettled([first, second]);
      // The work sees the failure of this one only.
      await second;
    });
    expect(await errorOf(failing)).toBeInstanceOf(StoreConflictError);
  });

  describe('with statements at its end', () => {
    const statement = (name: string | null) => ({ text: insert, parameters: [name] });

    it('sends them with its commit, not before', async () => {
      const seen = await inTransaction(database, async (sql) => {
        sql.atEnd([statement('end 1'), statement('end 2')]);
        return run(sql, 'SELECT 1 FROM names WHERE external_id = $1', ['end 1']);
      });
      expect(seen).toEqual([]);
      expect(await names()).toEqual(expect.arrayContaining(['end 1', 'end 2']));
    });

    it('reports the one that fails, and stores nothing; the connection remains usable', async () => {
      await run(sqlOf(database), insert, ['held']);
      const failing = inTransaction(database, async (sql) => {
        await run(sql, insert, ['before']);
        sql.atEnd([statement('beside'), statement('held'), statement(null)]);
      });
      expect(await errorOf(failing)).toBeInstanceOf(StoreConflictError);
      const refused = inTransaction(database, async (sql) => sql.atEnd([statement('beside'), statement(null)]));
      expect(await errorOf(refused)).toBeInstanceOf(StoreRefusalError);
      expect((await names()).filter((name) => ['before', 'beside'].includes(name))).toEqual([]);
    });

    it('sends none of them if the work fails', async () => {
      const failing = inTransaction(database, async (sql) => {
        sql.atEnd([statement('unsent')]);
        throw new Error('the work');
      });
      expect(await errorOf(failing)).toEqual(new Error('the work'));
      expect(await names()).not.toContain('unsent');
    });
  });

  it('fails if a statement failed, even if the work ignored it', async () => {
    const failing = inTransaction(database, async (sql) => {
      await run(sql, insert, ['gone on']);
      await errorOf(run(sql, insert, [null]));
      return 'done';
    });
    expect(await errorOf(failing)).toBeInstanceOf(StoreRefusalError);
    expect(await names()).not.toContain('gone on');
  });

  it('that breaks a constraint is not a conflict', async () => {
    const insertNull = inTransaction(database, (sql) => run(sql, insert, [null]));
    expect(await errorOf(insertNull)).not.toBeInstanceOf(StoreConflictError);
  });

  it('is refused if its data exceed a limit of PostgreSQL, so that the data are not sent again', async () => {
    const nested = `${'['.repeat(NESTED)}${']'.repeat(NESTED)}`;
    const refused = inTransaction(database, (sql) => run(sql, 'SELECT $1::jsonb', [nested]));
    expect(await errorOf(refused)).toBeInstanceOf(StoreRefusalError);
  });

  it('is not refused while PostgreSQL takes no writes for lack of transaction ids, and fails as in an outage', async () => {
    const stopped = `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '54000',
      MESSAGE = 'database is not accepting commands that assign new transaction IDs'; END $$`;
    const failure = await errorOf(inTransaction(database, (sql) => run(sql, stopped)));
    expect(failure).not.toBeInstanceOf(StoreRefusalError);
    expect(databaseOutage(failure)).toMatchObject({ status: 503, code: 'unavailable' });
  });
});
