import {
  buildIndexes,
  type Database,
  indexOfPeriods,
  NEXT_ROWS_MAX,
  type PageOfPeriod,
  readPage,
  run,
  type Sql,
  sqlOf,
} from '../src/index.ts';
import { counting, explaining, indexesOf, nodeTypes, type Plan } from '../src/testing/index.ts';
import { type OwnDatabases, ownDatabases } from './databases.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);
const DAYS = 300;
/** Several times as many as are looked at before the days are. */
const ROWS = 6 * NEXT_ROWS_MAX;
const PAGES = 400;

interface Item {
  id: number;
  status: number;
  /** Milliseconds since 1970; null for an item of no period. */
  at: number | null;
}

/** Of a fixed sequence of numbers, so that a failure can be repeated. */
let state = 1;
function below(limit: number): number {
  state = (state * 48_271) % 2_147_483_647;
  return Math.floor((state / 2_147_483_647) * limit);
}
const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;

/** Most times rise with the ids; others are backdated by up to ten years, one by more than a century. */
function itemOf(id: number): Item {
  const now = START_MS + Math.floor((id / ROWS) * DAYS * DAY_MS);
  const times: readonly (number | null)[] = [now - below(10 * 365 * DAY_MS), now - (now % DAY_MS), null];
  const at = id === ROWS / 2 ? Date.UTC(1900, 0, 1) : below(10) < 7 ? now : pick(times);
  return { id, status: below(50) === 0 ? 3 : 1 + (id % 2), at };
}

describe('a page of a period', () => {
  const items = Array.from({ length: ROWS }, (_, place) => itemOf(place + 1));
  let database: Database;
  let databases: OwnDatabases;
  beforeAll(async () => {
    databases = await ownDatabases();
    database = await databases.open();
    const sql = sqlOf(database);
    await run(
      sql,
      'CREATE TABLE items (id bigint PRIMARY KEY, status smallint NOT NULL, at timestamptz(3), note text)',
    );
    await run(sql, 'INSERT INTO items SELECT unnest($1::bigint[]), unnest($2::smallint[]), unnest($3::timestamptz[])', [
      items.map(({ id }) => id),
      items.map(({ status }) => status),
      items.map(({ at }) => (at === null ? null : new Date(at).toISOString())),
    ]);
    await run(sql, 'CREATE TABLE no_items (LIKE items INCLUDING INDEXES)');
    await run(sql, 'CREATE TABLE steady_items (LIKE items INCLUDING INDEXES)');
    await run(
      sql,
      `INSERT INTO steady_items SELECT n, n % 2 + 1, to_timestamp(n * 3600) FROM generate_series(1, ${ROWS}) n`,
    );
    await buildIndexes(database, [
      { name: 'items_of_day', on: indexOfPeriods('items', 'at') },
      { name: 'no_items_of_day', on: indexOfPeriods('no_items', 'at') },
      { name: 'steady_items_of_day', on: indexOfPeriods('steady_items', 'at') },
      // That of an older version.
      { name: 'items_at', on: 'items USING brin (at)' },
    ]);
  });
  afterAll(() => databases.close());

  const page = (sql: Sql, more: Partial<PageOfPeriod>) => {
    const { table = 'items' } = more;
    const every = { from: undefined, to: undefined, statuses: [1, 2, 3, 4], before: null, limit: 50 };
    return readPage<{ id: string }>(sql, {
      select: `SELECT ${table}.id, ${table}.note FROM ${table}`,
      table,
      time: 'at',
      ...every,
      ...more,
    });
  };
  const idsOf = async (more: Partial<PageOfPeriod>, sql = sqlOf(database)) =>
    (await page(sql, more)).map(({ id }) => Number(id));

  function expectedOf({
    from,
    to,
    statuses = [1, 2, 3, 4],
    before = null,
    limit = 50,
  }: Partial<PageOfPeriod>): number[] {
    const isWanted = ({ id, status, at }: Item) =>
      id < (before ?? Number.POSITIVE_INFINITY) &&
      statuses.includes(status) &&
      at !== null &&
      at >= (from?.getTime() ?? Number.NEGATIVE_INFINITY) &&
      at <= (to?.getTime() ?? Number.POSITIVE_INFINITY);
    const ids = items.filter(isWanted).map(({ id }) => id);
    return ids.reverse().slice(0, limit + 1);
  }

  /** A bound may be the time of an item, or the start of its day. */
  function anyPage(): Partial<PageOfPeriod> {
    const time = pick(items).at ?? START_MS;
    const from = pick([time, time - (time % DAY_MS), time - below(DAY_MS)]);
    const lengthMs = pick([0, below(DAY_MS), DAY_MS, below(60 * DAY_MS), below(5_000 * DAY_MS)]);
    return {
      from: pick([new Date(from), new Date(from), undefined]),
      to: pick([new Date(from + lengthMs), new Date(from + lengthMs), undefined]),
      statuses: pick([[1, 2, 3, 4], [1], [3], [4], [2, 3]]),
      before: pick([null, 1 + below(ROWS)]),
      limit: pick([1, 2, 50, 200]),
    };
  }

  it('has the rows that a look at every row finds, whatever the period, the statuses, the limit and the cursor', async () => {
    for (let n = 0; n < PAGES; n += 1) {
      const wanted = anyPage();
      expect({ wanted, ids: await idsOf(wanted) }).toEqual({ wanted, ids: expectedOf(wanted) });
    }
  });

  it('includes the bounds, and no row without a time', async () => {
    const at = items.find(({ at }) => at !== null)?.at as number;
    const bound = new Date(at);
    expect(await idsOf({ from: bound, to: bound })).toEqual(expectedOf({ from: bound, to: bound }));
    expect(await idsOf({ from: bound, to: new Date(at - 1) })).toEqual([]);
    expect(await idsOf({ limit: ROWS })).toEqual(expectedOf({ limit: ROWS }));
  });

  const FIRST_DAY = { from: new Date(START_MS), to: new Date(START_MS + DAY_MS - 1) };

  it.each<[string, Partial<PageOfPeriod>, number]>([
    ['a day long ago', FIRST_DAY, NEXT_ROWS_MAX + 200],
    ['the oldest times', { to: new Date(Date.UTC(1999, 0, 1)) }, NEXT_ROWS_MAX + 50],
    ['a status without rows', { ...FIRST_DAY, statuses: [4] }, NEXT_ROWS_MAX],
    ['all times', {}, NEXT_ROWS_MAX + 51],
    ['all times, in the middle', { before: ROWS / 2 }, NEXT_ROWS_MAX + 51],
  ])('reads few rows: %s', async (_which, wanted, rowsMax) => {
    const counts: number[] = [];
    expect(await idsOf(wanted, counting(sqlOf(database), counts))).toEqual(expectedOf(wanted));
    expect(counts).toHaveLength(1);
    expect(counts[0]).toBeLessThanOrEqual(rowsMax);
  });

  // A plan is kept: it may have been made while there was nothing, or no statistics.
  it.each([
    ['no_items', 'no statistics'],
    ['items', 'no statistics'],
    ['items', 'statistics'],
    ['steady_items', 'statistics'],
  ])('is read in order from the indexes: %s, %s', async (table, given) => {
    if (given === 'statistics') await run(sqlOf(database), `ANALYZE ${table}`);
    const plans: Plan[] = [];
    await page(explaining(sqlOf(database), plans), { ...FIRST_DAY, table });
    const found = [...new Set(plans.flatMap(indexesOf))].sort();
    expect(found).toEqual([`${table}_of_day`, `${table}_pkey`]);
    const types = plans.flatMap(nodeTypes);
    expect(types).not.toContain('Seq Scan');
    // Two for the days, two for their rows.
    expect(types.filter((type) => type === 'Index Only Scan')).toHaveLength(4);
  });
});
