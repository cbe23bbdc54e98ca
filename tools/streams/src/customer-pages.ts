/** All customers in any table or journal of any service, in pages of ascending ids. */
import { STREAMS } from '@mo/contracts';
import { sqlOf } from '@mo/database';
import { nextCustomers } from '@mo/messaging';
import { audited, type Databases } from './services.ts';

export const PAGE_CUSTOMERS = 250;

/** @param only a single customer, or null for all */
export async function* customerPages(databases: Databases, only: number | null): AsyncGenerator<number[]> {
  if (only !== null) {
    yield [only];
    return;
  }
  for (let after = 0; ; ) {
    const pages = await Promise.all(
      STREAMS.map((stream) => nextCustomers(sqlOf(databases[stream]), audited[stream], after, PAGE_CUSTOMERS)),
    );
    // Each service returns its next ids, so the lowest ids of all of them skip nobody.
    const ids = [...new Set(pages.flat())].sort((a, b) => a - b).slice(0, PAGE_CUSTOMERS);
    const last = ids.at(-1);
    if (last === undefined) return;
    yield ids;
    after = last;
  }
}
