/**
 * A page of the rows of a period, newest first: by descending id. Times rise with the ids in the main, but any row may
 * be backdated, by years. So the rows of a period can be anywhere among the ids, and an index has the ids of each day.
 */
import { run, type Sql } from './sql.ts';

export interface PageOfPeriod {
  /** `SELECT … FROM …`, without conditions. */
  select: string;
  /** The table of the rows, with the columns `id` and `status`. */
  table: string;
  /** Its column of type `timestamptz`; null for rows of no period. */
  time: string;
  /** The bounds of the period, which belong to it; none if undefined. */
  from: Date | undefined;
  to: Date | undefined;
  /** The codes of the statuses that the rows may have. */
  statuses: readonly number[];
  /** Only rows with smaller ids than this; null for the first page. */
  before: number | null;
  /** The number of rows per page. */
  limit: number;
}

/**
 * So many rows are looked at before the days are. In most pages of a long period, and in all but its first, these are
 * enough.
 */
export const NEXT_ROWS_MAX = 1_000;

const dayOf = (time: string) => `(${time} AT TIME ZONE 'UTC')::date`;

/** The index that `readPeriod` needs: the text after `ON`. It includes the time, so that a scan needs no rows. */
export const indexOfPeriods = (table: string, time: string): string =>
  `${table} (status, (${dayOf(time)}), id) INCLUDE (${time})`;

/**
 * The first rows by descending id, and one more than `limit` if there is a next page. If the next rows of the table are
 * not enough, one probe finds each day with rows (of a status), another one the day's newest row. The page is among the
 * rows of the days whose newest rows are the newest ones: as many days as the page has rows.
 */
export function readPeriod<Row>(sql: Sql, page: PageOfPeriod): Promise<Row[]> {
  const { from, to, statuses, before, limit } = page;
  return run<Row>(sql, textOf(page), [
    from?.toISOString() ?? '-infinity',
    to?.toISOString() ?? 'infinity',
    statuses,
    before ?? Number.MAX_SAFE_INTEGER,
    limit + 1,
  ]);
}

/** The same for all periods, statuses and limits, so that it is planned once. */
function textOf({ select, table, time }: Pick<PageOfPeriod, 'select' | 'table' | 'time'>): string {
  const day = dayOf(time);
  const first = dayOf('$1::timestamptz');
  const last = dayOf('$2::timestamptz');
  // COALESCE hides the bounds from the planner. It would choose an index of the time, if an older version has made one,
  // or expect so few rows within the bounds that it sorts all rows of a day.
  const isWithin = `COALESCE(${time} BETWEEN $1::timestamptz AND $2::timestamptz, false)`;
  const ofDay = `SELECT id FROM ${table} WHERE status = days.status AND ${day} = days.day AND id < $4::bigint
      AND ${isWithin} ORDER BY id DESC`;
  const dayBefore = (bound: string) => `CROSS JOIN LATERAL (
      SELECT ${day} AS day FROM ${table} WHERE status = known.status AND ${day} >= ${first} AND ${day} ${bound}
      ORDER BY ${day} DESC LIMIT 1) AS found`;
  return `
  WITH RECURSIVE next AS MATERIALIZED (
    SELECT id FROM (SELECT * FROM ${table} WHERE id < $4::bigint ORDER BY id DESC LIMIT ${NEXT_ROWS_MAX}) AS rows
    WHERE status = ANY ($3::smallint[]) AND ${isWithin} ORDER BY id DESC LIMIT $5::int
  ), days AS (
    SELECT known.status, found.day FROM unnest($3::smallint[]) AS known(status) ${dayBefore(`<= ${last}`)}
    WHERE (SELECT count(*) FROM next) < $5::int
    UNION ALL
    SELECT known.status, found.day FROM days AS known ${dayBefore('< known.day')}
  ), newest_days AS (
    SELECT days.* FROM days CROSS JOIN LATERAL (${ofDay} LIMIT 1) AS newest
    ORDER BY newest.id DESC LIMIT $5::int
  ), page AS (
    SELECT id FROM next
    UNION
    SELECT rows.id FROM newest_days AS days CROSS JOIN LATERAL (${ofDay} LIMIT $5::int) AS rows
    ORDER BY id DESC LIMIT $5::int
  )
  ${select} WHERE ${table}.id = ANY (ARRAY(SELECT id FROM page)) ORDER BY ${table}.id DESC`;
}
