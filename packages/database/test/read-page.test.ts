import { type Condition, type Database, ofStatus, readPage, run, type Sql, sqlOf } from '../src/index.ts';
import { explaining, indexesOf, nodeTypes, type Plan } from '../src/testing/index.ts';
import { type OwnDatabases, ownDatabases } from './databases.ts';

const ROWS = 20_000;
const OWNERS = 10;
/** Of a thousand rows one has it. */
const RARE = 2;

describe('a page of a table', () => {
  let database: Database;
  let databases: OwnDatabases;
  beforeAll(async () => {
    databases = await ownDatabases();
    database = await databases.open();
    const sql = sqlOf(database);
    await run(sql, 'CREATE TABLE owners (id bigint PRIMARY KEY, name text UNIQUE)');
    await run(sql, `INSERT INTO owners SELECT n, 'owner-' || n FROM generate_series(1, ${OWNERS}) n`);
    await run(
      sql,
      'CREATE TABLE items (id bigint PRIMARY KEY, owner bigint NOT NULL, odd boolean NOT NULL, status smallint NOT NULL)',
    );
    await run(sql, 'CREATE INDEX items_owner ON items (owner, id)');
    await run(sql, `CREATE INDEX items_rare ON items (id) WHERE status = ${RARE}`);
    await run(sql, 'CREATE TABLE no_items (LIKE items INCLUDING INDEXES)');
    await run(
      sql,
      `INSERT INTO items SELECT n, n % ${OWNERS} + 1, n % 2 = 1, CASE WHEN n % 1000 = 0 THEN ${RARE} ELSE 1 END FROM generate_series(1, ${ROWS}) n`,
    );
    await run(sql, 'ANALYZE items, owners');
  });
  afterAll(() => databases.close());

  const page = (
    sql: Sql,
    where: readonly Condition[],
    { before = null, limit = 50, table = 'items' }: { before?: number | null; limit?: number; table?: string } = {},
  ) =>
    readPage<{ id: string }>(sql, {
      select: `SELECT items.id, owners.name FROM ${table} items JOIN owners ON owners.id = items.owner`,
      id: 'items.id',
      before,
      where,
      limit,
    });
  const idsOf = async (...parameters: [readonly Condition[], { before?: number; limit?: number }?]) =>
    (await page(sqlOf(database), ...parameters)).map(({ id }) => Number(id));

  it('contains the newest rows, and one more than the limit if there are more', async () => {
    const ids = await idsOf([], { limit: 200 });
    expect(ids).toEqual(Array.from({ length: 201 }, (_, place) => ROWS - place));
    expect((await idsOf([], { limit: 50 })).length).toBe(51);
    expect((await idsOf([], { limit: 51 })).length).toBeGreaterThan(51);
  });

  it('continues below the last row, and ends with the first one', async () => {
    expect(await idsOf([], { before: 4 })).toEqual([3, 2, 1]);
    expect(await idsOf([], { before: 1 })).toEqual([]);
  });

  it('of a rare status is read from its partial index, but not among the rows of an owner', async () => {
    const indexes = async (...where: Condition[]) => {
      const plans: Plan[] = [];
      const rows = await page(explaining(sqlOf(database), plans), where, { limit: 5 });
      return { ids: rows.map(({ id }) => Number(id)), indexes: plans.flatMap(indexesOf) };
    };
    const all = await indexes(ofStatus('items.status', RARE, false));
    expect(all.ids).toEqual([20_000, 19_000, 18_000, 17_000, 16_000, 15_000]);
    expect(all.indexes).toContain('items_rare');
    const owned = await indexes(['items.owner = $', 1], ofStatus('items.status', RARE, true));
    expect(owned.ids).toEqual(all.ids);
    expect(owned.indexes).not.toContain('items_rare');
    expect(await idsOf([ofStatus('items.status', undefined, false)], { limit: 1 })).toEqual([ROWS, ROWS - 1]);
  });

  it('omits conditions without a value, and applies all others', async () => {
    const where: Condition[] = [
      ['items.owner = $', 3],
      ['items.odd = ($::int = 1)', undefined],
      ['items.id >= $', ROWS - 30],
    ];
    expect(await idsOf(where)).toEqual([ROWS - 8, ROWS - 18, ROWS - 28]);
  });

  it.each([
    ['all rows', []],
    ['those of an owner', [['items.owner = $', 3]]],
    ["those of an owner's name", [['items.owner = (SELECT id FROM owners WHERE name = $)', 'owner-3']]],
  ] as [string, Condition[]][])('is read in order from an index and never sorted: %s', async (_of, where) => {
    // A plan that was made while there was nothing is kept.
    for (const table of ['items', 'no_items']) {
      for (const limit of [1, 200]) {
        for (const before of [null, 5_000]) {
          const plans: Plan[] = [];
          await page(explaining(sqlOf(database), plans), where, { before, limit, table });
          const types = plans.flatMap(nodeTypes);
          expect(types).toContain('Limit');
          expect(types.filter((type) => /Sort|Seq Scan|Hash|Bitmap/.test(type))).toEqual([]);
        }
      }
    }
  });
});
