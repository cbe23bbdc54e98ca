import { type Database, run, type Sql, sqlOf } from '@mo/database';
import { type Condition, readPage } from '../src/index.ts';
import { type LedgerDatabases, migratedLedger } from './ledger-tables.ts';

const ROWS = 20_000;
const OWNERS = 10;

type Plan = { 'Node Type': string; Plans?: Plan[] };

describe('a page of a table', () => {
  let database: Database;
  let databases: LedgerDatabases;
  beforeAll(async () => {
    ({ database, databases } = await migratedLedger());
    const sql = sqlOf(database);
    await run(
      sql,
      `INSERT INTO accounts (customer_id, external_id) SELECT n, 'owner-' || n FROM generate_series(1, ${OWNERS}) n`,
    );
    await run(sql, 'CREATE TABLE items (id bigint PRIMARY KEY, owner bigint NOT NULL, odd boolean NOT NULL)');
    await run(sql, 'CREATE INDEX items_owner ON items (owner, id)');
    await run(sql, 'CREATE TABLE no_items (LIKE items INCLUDING INDEXES)');
    await run(sql, `INSERT INTO items SELECT n, n % ${OWNERS} + 1, n % 2 = 1 FROM generate_series(1, ${ROWS}) n`);
    await run(sql, 'ANALYZE items, accounts');
  });
  afterAll(() => databases.close());

  const page = (
    sql: Sql,
    where: readonly Condition[],
    { before = null, limit = 50, table = 'items' }: { before?: number | null; limit?: number; table?: string } = {},
  ) =>
    readPage<{ id: string }>(sql, {
      select: `SELECT items.id, accounts.external_id FROM ${table} items JOIN accounts ON accounts.customer_id = items.owner`,
      id: 'items.id',
      before,
      where,
      limit,
    });
  const idsOf = async (...parameters: [readonly Condition[], { before?: number; limit?: number }?]) =>
    (await page(sqlOf(database), ...parameters)).map(({ id }) => Number(id));

  it('is the newest rows, and more than were asked for where there are more', async () => {
    const ids = await idsOf([], { limit: 200 });
    expect(ids).toEqual(Array.from({ length: 201 }, (_, place) => ROWS - place));
    expect((await idsOf([], { limit: 50 })).length).toBe(51);
    expect((await idsOf([], { limit: 51 })).length).toBeGreaterThan(51);
  });

  it('goes on below the last row, and ends with the first one', async () => {
    expect(await idsOf([], { before: 4 })).toEqual([3, 2, 1]);
    expect(await idsOf([], { before: 1 })).toEqual([]);
  });

  it('leaves out conditions without a value, and holds rows to all others', async () => {
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
    [
      "those of an owner's name",
      [['items.owner = (SELECT customer_id FROM accounts WHERE external_id = $)', 'owner-3']],
    ],
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

/** Tells the plans of the statements that it runs, as they are made for all parameters. */
function explaining(sql: Sql, plans: Plan[]): Sql {
  return {
    query: async <Row>(text: string, parameters: readonly unknown[]) => {
      const explain = `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`;
      const [row] = await run<{ 'QUERY PLAN': [{ Plan: Plan }] }>(sql, explain);
      plans.push(...(row?.['QUERY PLAN'] ?? []).map(({ Plan }) => Plan));
      return run<Row>(sql, text, parameters);
    },
  };
}

const nodeTypes = (plan: Plan): string[] => [plan['Node Type'], ...(plan.Plans ?? []).flatMap(nodeTypes)];
