import type { ConsistencyToken } from '@mo/contracts';
import type { Answer } from './answer.ts';
import { type Filters, writeCursor } from './cursor.ts';

export interface Page<Item> {
  results: Item[];
  next_cursor: string | null;
}

/**
 * Builds a page from one row more than fits: that row shows whether there is a next page.
 *
 * @param rows at most `limit + 1` rows
 * @param positionOf the position for a cursor that continues after the row
 */
export function pageOfRows<Row, Item>(
  rows: readonly Row[],
  filters: Filters & { readonly limit: number },
  positionOf: (row: Row) => number[],
  present: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, filters.limit);
  const last = shown.at(-1);
  const more = rows.length > filters.limit && last !== undefined;
  return { results: shown.map(present), next_cursor: more ? writeCursor(positionOf(last), filters) : null };
}

/** Answers with a page, and with a link to the next one if there is one (RFC 8288). */
export function answerPage<Item>(page: Page<Item>, url: string, token: ConsistencyToken | null = null): Answer {
  const body = JSON.stringify(page);
  return page.next_cursor === null
    ? { status: 200, body, token }
    : { status: 200, body, token, headers: { link: `<${nextUrl(url, page.next_cursor)}>; rel="next"` } };
}

function nextUrl(url: string, cursor: string): string {
  // Only the first question mark ends the path: the query may contain more.
  const [path = '', ...query] = url.split('?');
  const parameters = new URLSearchParams(query.join('?'));
  parameters.set('cursor', cursor);
  return `${path}?${parameters.toString()}`;
}
