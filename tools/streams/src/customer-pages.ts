/** All customers in any table or journal of any service, in pages of ascending ids. */
import { STREAMS } from '@mo/contracts';
import { sqlOf } from '@mo/database';
import { nextCustomers } from '@mo/messaging';
import { audited, type Databases } from './services.ts';

export const PAGE_CUSTOMERS = 250;

/** @param only a single customer, or null for all; without that customer there is no page */
export async function* customerPages(databases: Databases, only: number | null): AsyncGenerator<number[]> {
  if (only !== null) {
    const [next] = await pageAfter(databases, only - 1, 1);
    if (next === only) yield [only];
    return;
  }
  for (let after = 0; ; ) {
    const ids = await pageAfter(databases, after, PAGE_CUSTOMERS);
    const last = ids.at(-1);
    if (last === undefined) return;
    yield ids;
    after = last;
  }
}

/** Each service returns its next ids, so the lowest ids of all of them skip nobody. */
async function pageAfter(databases: Databases, after: number, customersMax: number): Promise<number[]> {
  const pages = await Promise.all(
    STREAMS.map((stream) => nextCustomers(sqlOf(databases[stream]), audited[stream], after, customersMax)),
  );
  return [...new Set(pages.flat())].sort((a, b) => a - b).slice(0, customersMax);
}
