import type { Page } from './types.ts';

/**
 * A list that is fetched while it is iterated. `for await (const loan of client.loans.list())` yields row by row, and
 * fetches the next page when the current one is used up. Each iteration starts from the beginning.
 */
export class List<Item> implements AsyncIterable<Item> {
  readonly #read: (cursor: string | undefined) => Promise<Page<Item>>;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param read fetches the page at a cursor, or the first page
   * @param signal ends an iteration over rows between two rows, too
   */
  constructor(read: (cursor: string | undefined) => Promise<Page<Item>>, signal?: AbortSignal) {
    this.#read = read;
    this.#signal = signal;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const { results } of this.pages()) {
      for (const item of results) {
        this.#signal?.throwIfAborted();
        yield item;
      }
    }
  }

  /** Yields page by page. To continue after a page later, pass its `next_cursor` to a new list as `cursor`. */
  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let cursor: string | undefined;
    do {
      const page = await this.#read(cursor);
      yield page;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }
}
