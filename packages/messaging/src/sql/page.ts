/**
 * A page of a table's rows, newest first. A plan is kept for each text (see `preparing-client.ts`), and a plan depends on
 * how many rows are wanted: with a parameter for a limit PostgreSQL reckons with a tenth of the table, and sorts it. So the
 * limit stands in the text, and there are two of them.
 */
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '@mo/contracts';
import { run, type Sql } from './sql.ts';

/** One row more than a page holds tells whether there is a next one: as asked for most, and as asked for at most. */
const ROWS = PAGE_LIMIT_DEFAULT + 1;
const ROWS_MAX = PAGE_LIMIT_MAX + 1;

/** A condition with one `$` for its value; left out where the value is undefined. */
export type Condition = readonly [text: string, value: string | number | undefined];

export interface PageOfTable {
  /** `SELECT … FROM …`, without conditions. */
  select: string;
  /** The column by which the rows are told apart and sorted. */
  id: string;
  /** Only rows with smaller ids than this; null for the first page. */
  before: number | null;
  where: readonly Condition[];
  /** {@link PAGE_LIMIT_MAX} at most. */
  limit: number;
}

/** The first rows by falling id; more than `limit` of them where there is a next page. */
export async function readPage<Row>(sql: Sql, { select, id, before, where, limit }: PageOfTable): Promise<Row[]> {
  const conditions: Condition[] = [[`${id} < $`, before ?? Number.MAX_SAFE_INTEGER], ...where];
  const given = conditions.filter(([, value]) => value !== undefined);
  const text = given.map(([condition], index) => condition.replace('$', `$${index + 1}`)).join(' AND ');
  const rows = limit <= PAGE_LIMIT_DEFAULT ? ROWS : ROWS_MAX;
  return run<Row>(
    sql,
    `${select} WHERE ${text} ORDER BY ${id} DESC LIMIT ${rows}`,
    given.map(([, value]) => value),
  );
}
