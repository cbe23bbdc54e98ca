/**
 * A page of a table's rows, newest first. One plan is kept for each text (see `preparing-client.ts`), made when the table may
 * still have been empty: so a page is sorted by the id of its own table, and what chooses a customer's rows is a condition on
 * that table too, by which an index gives them in order. A condition on what is joined may have all of them read and sorted.
 */
import { literal, run, type Sql } from '@mo/database';

/** A condition with one `$` for its value, or none where it is written out; left out where the value is undefined. */
export type Condition = readonly [text: string, value: string | number | undefined];

/**
 * A status that rows must have. Where nothing else chooses few of them, its code is written out, so that an index of the rare
 * ones may serve it: a plan that is kept knows no values. Where something does, such an index must not be taken for better.
 */
export const ofStatus = (column: string, code: number | undefined, isAmongFew: boolean): Condition =>
  isAmongFew ? [`${column} = $`, code] : [`${column} = ${code}`, code];

export interface PageOfTable {
  /** `SELECT … FROM …`, without conditions. */
  select: string;
  /** The column by which the rows are told apart and sorted. */
  id: string;
  /** Only rows with smaller ids than this; null for the first page. */
  before: number | null;
  where: readonly Condition[];
  /** Rows of a range are few or nearly all: such a page is planned anew, for its values alone. */
  ofRange?: boolean;
  /** How many rows are shown. */
  limit: number;
}

/** The first rows by falling id; one more than are shown, where there is a next page. */
export async function readPage<Row>(sql: Sql, page: PageOfTable): Promise<Row[]> {
  const { select, id, before, where, ofRange = false, limit } = page;
  const conditions: Condition[] = [[`${id} < $`, before ?? Number.MAX_SAFE_INTEGER], ...where];
  const given = conditions.filter(([, value]) => value !== undefined);
  const values: (string | number)[] = [];
  const place = (value: string | number) => (ofRange ? literal(value) : `$${values.push(value)}`);
  const texts = given.map(([text, value]) => text.replace('$', () => place(value as string | number)));
  const count = place(limit + 1);
  return run<Row>(sql, `${select} WHERE ${texts.join(' AND ')} ORDER BY ${id} DESC LIMIT ${count}`, values);
}
