import type { Page } from './types.ts';

/**
 * A list that is read as it is iterated: `for await (const loan of client.loans.list())` takes one row after the other, and
 * fetches the next page when it comes to its end. Each iteration begins anew.
 */
export class List<Item> implements AsyncIterable<Item> {
  readonly #read: (cursor: string | undefined) => Promise<Page<Item>>;

  /** @param read fetches the page at a cursor, or the first */
  constructor(read: (cursor: string | undefined) => Promise<Page<Item>>) {
    this.#read = read;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const { results } of this.pages()) yield* results;
  }

  /** Page by page; a page's `next_cursor`, given as `cursor` to a later list, goes on behind it. */
  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let cursor: string | undefined;
    do {
      const page = await this.#read(cursor);
      yield page;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }
}
