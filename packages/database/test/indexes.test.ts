import { setImmediate as turn } from 'node:timers/promises';
import { buildIndexes, type Database, inTransaction, run, type Sql, sqlOf } from '../src/index.ts';
import { migratedDatabase, type OwnDatabases } from './databases.ts';
import { errorOf } from './error-of.ts';

const INDEX = { name: 'names_long', on: 'names (external_id) WHERE length(external_id) > 5' };

describe('indexes that are built while tables are in use', () => {
  let database: Database;
  let databases: OwnDatabases;
  beforeEach(async () => {
    ({ database, databases } = await migratedDatabase());
  });
  afterEach(() => databases.close());
  const valid = async (name: string) =>
    (
      await run<{ valid: boolean }>(
        sqlOf(database),
        'SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)',
        [name],
      )
    ).map((row) => row.valid);

  it('are built once, by one of the processes that start together', async () => {
    const others = [await databases.open(), await databases.open()];
    const reported: string[] = [];
    const built = await Promise.all(
      [database, ...others].map((each) => buildIndexes(each, [INDEX], ({ name }) => reported.push(name))),
    );
    expect(built.flat()).toEqual([INDEX.name]);
    expect(reported).toEqual([INDEX.name]);
    expect(await valid(INDEX.name)).toEqual([true]);
    expect(await buildIndexes(database, [INDEX])).toEqual([]);
  });

  it('are built again after an interrupted build', async () => {
    await run(sqlOf(database), `INSERT INTO names VALUES ('one'), ('two')`);
    const broken = { name: 'names_one', on: '((1 / (length(external_id) - 3)))' };
    await errorOf(buildIndexes(database, [{ ...broken, on: `names ${broken.on}` }]));
    expect(await valid(broken.name)).toEqual([false]);
    await run(sqlOf(database), 'DELETE FROM names');
    expect(await buildIndexes(database, [{ ...broken, on: 'names (external_id)' }])).toEqual([broken.name]);
    expect(await valid(broken.name)).toEqual([true]);
  });

  it('do not block writers while they wait for one', async () => {
    const begun = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const insert = (sql: Sql, name: string) => run(sql, 'INSERT INTO names VALUES ($1)', [name]);
    const writer = inTransaction(database, async (sql) => {
      await insert(sql, 'before');
      begun.resolve();
      await commit.promise;
    });
    await begun.promise;
    const building = buildIndexes(await databases.open(), [INDEX]);
    const waits = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'`;
    while ((await run(sqlOf(database), waits)).length === 0) await turn();
    await insert(sqlOf(database), 'meanwhile');
    commit.resolve();
    await Promise.all([writer, building]);
    expect(await valid(INDEX.name)).toEqual([true]);
  });
});
