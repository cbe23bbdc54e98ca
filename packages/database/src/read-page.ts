/**
 * A page of a table's rows, newest first. Each query text has one cached plan (see `preparing-client.ts`), perhaps made
 * while the table was empty. So a page is sorted by the id of its own table, and the condition that selects a
 * customer's rows is on that table too, so that an index returns them in order. With a condition on a joined table, the
 * plan may read and sort all rows.
 */
import { type PageOfPeriod, readPeriod } from './read-period.ts';
import { run, type Sql } from './sql.ts';

/** A condition with one `$` for its value, or none if the value is inlined; omitted if the value is undefined. */
export type Condition = readonly [text: string, value: string | number | undefined];

/**
 * The condition that rows have a status. Unless another condition selects few rows, the code is inlined, so that a
 * partial index on rare statuses can serve it: a cached plan doesn't know parameter values. If another condition does
 * select few rows, the planner must not prefer such an index, so the code is a parameter.
 */
export const ofStatus = (column: string, code: number | undefined, isAmongFew: boolean): Condition =>
  isAmongFew ? [`${column} = $`, code] : [`${column} = ${code}`, code];

export interface PageOfTable {
  /** `SELECT … FROM …`, without conditions. */
  select: string;
  /** The column that identifies the rows and by which they are sorted. */
  id: string;
  /** Only rows with smaller ids than this; null for the first page. */
  before: number | null;
  where: readonly Condition[];
  /** The number of rows per page. */
  limit: number;
}

/** The first rows by descending id, and one more than `limit` if there is a next page. */
export async function readPage<Row>(sql: Sql, page: PageOfTable | PageOfPeriod): Promise<Row[]> {
  if ('time' in page) return readPeriod<Row>(sql, page);
  const { select, id, before, where, limit } = page;
  const conditions: Condition[] = [[`${id} < $`, before ?? Number.MAX_SAFE_INTEGER], ...where];
  const given = conditions.filter(([, value]) => value !== undefined);
  const values: (string | number)[] = [];
  const place = (value: string | number) => `$${values.push(value)}`;
  const texts = given.map(([text, value]) => text.replace('$', () => place(value as string | number)));
  const count = place(limit + 1);
  return run<Row>(sql, `${select} WHERE ${texts.join(' AND ')} ORDER BY ${id} DESC LIMIT ${count}`, values);
}
