/**
 * A page of a table's rows, newest first. One plan is kept for each text (see `preparing-client.ts`), made when the table may
 * still have been empty: so a page is sorted by the id of its own table, and what chooses a customer's rows is a condition on
 * that table too, by which an index gives them in order. A condition on what is joined may have all of them read and sorted.
 */
import { run, type Sql } from '@mo/database';

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
  /** How many rows are shown. */
  limit: number;
}

/** The first rows by falling id; one more than are shown, where there is a next page. */
export async function readPage<Row>(sql: Sql, { select, id, before, where, limit }: PageOfTable): Promise<Row[]> {
  const conditions: Condition[] = [[`${id} < $`, before ?? Number.MAX_SAFE_INTEGER], ...where];
  const given = conditions.filter(([, value]) => value !== undefined);
  const text = given.map(([condition], index) => condition.replace('$', `$${index + 1}`)).join(' AND ');
  return run<Row>(sql, `${select} WHERE ${text} ORDER BY ${id} DESC LIMIT $${given.length + 1}`, [
    ...given.map(([, value]) => value),
    limit + 1,
  ]);
}
