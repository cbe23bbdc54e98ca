import { setImmediate as turn } from 'node:timers/promises';
import { buildIndexes, type Database, FILL_ROWS_MAX, inTransaction, run, type Sql, sqlOf } from '../src/index.ts';
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

  it('are built after a change of all rows that need it, step by step', async () => {
    const rows = 2 * FILL_ROWS_MAX + 1;
    const sql = sqlOf(database);
    await run(sql, 'CREATE TABLE items (id bigint PRIMARY KEY, is_odd boolean)');
    await run(sql, `INSERT INTO items SELECT 2 * n, nullif(n = 1, false) FROM generate_series(1, ${rows}) AS n`);
    const after = { table: 'items', key: 'id', set: 'is_odd = false', where: 'is_odd IS NULL' };
    const index = { name: 'items_odd', on: 'items (id) WHERE is_odd', after };
    expect(await buildIndexes(database, [index])).toEqual([index.name]);
    const count = `SELECT is_odd, count(*)::int, count(DISTINCT xmin::text)::int AS steps FROM items GROUP BY 1 ORDER BY 1`;
    expect(await run(sql, count)).toEqual([
      { is_odd: false, count: rows - 1, steps: 3 },
      { is_odd: true, count: 1, steps: 1 },
    ]);
    await run(sql, 'INSERT INTO items VALUES (1, NULL)');
    expect(await buildIndexes(database, [index])).toEqual([]);
    expect(await run(sql, 'SELECT is_odd FROM items WHERE id = 1')).toEqual([{ is_odd: null }]);
  });

  it('take the place of others, which are dropped once they are built', async () => {
    const broken = { name: 'names_new', on: 'names ((1 / (length(external_id) - 3)))', replaces: INDEX.name };
    await buildIndexes(database, [INDEX]);
    await run(sqlOf(database), `INSERT INTO names VALUES ('one')`);
    await errorOf(buildIndexes(database, [broken]));
    expect(await valid(INDEX.name)).toEqual([true]);
    await run(sqlOf(database), 'DELETE FROM names');
    const kept = { ...broken, on: 'names (external_id)' };
    expect(await buildIndexes(database, [kept])).toEqual([kept.name]);
    expect([await valid(INDEX.name), await valid(kept.name)]).toEqual([[], [true]]);
    expect(await buildIndexes(database, [kept])).toEqual([]);
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
