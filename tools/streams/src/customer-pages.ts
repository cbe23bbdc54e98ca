/** All customers that any of the services knows, by any table or journal, in pages of rising ids. */
import { STREAMS } from '@mo/contracts';
import { sqlOf } from '@mo/database';
import { nextCustomers } from '@mo/messaging';
import { audited, type Databases } from './services.ts';

export const PAGE_CUSTOMERS = 250;

/** @param only one customer alone, or null for all */
export async function* customerPages(databases: Databases, only: number | null): AsyncGenerator<number[]> {
  if (only !== null) {
    yield [only];
    return;
  }
  for (let after = 0; ; ) {
    const pages = await Promise.all(
      STREAMS.map((stream) => nextCustomers(sqlOf(databases[stream]), audited[stream], after, PAGE_CUSTOMERS)),
    );
    // Each service gives its next ones, so the lowest of all of them leave nobody out.
    const ids = [...new Set(pages.flat())].sort((a, b) => a - b).slice(0, PAGE_CUSTOMERS);
    const last = ids.at(-1);
    if (last === undefined) return;
    yield ids;
    after = last;
  }
}
