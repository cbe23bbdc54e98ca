/** What reads have to guarantee: the rows that were asked for, in their order, whatever else is slow. */
import { type Fault, servers, unit } from '../fault.ts';

export const reading: readonly Fault[] = [
  {
    id: 'page-sorted-anew',
    file: 'packages/messaging/src/sql/page.ts',
    replace: 'ORDER BY ${id} DESC',
    by: 'ORDER BY ${id} + 0 DESC',
    breaks: 'a page reads and sorts all rows of a customer that has many',
    check: servers('packages/messaging/test/page'),
  },
  {
    id: 'status-unknown-to-the-plan',
    file: 'packages/messaging/src/sql/page.ts',
    replace: 'isAmongFew ?',
    by: 'isAmongFew || code !== undefined ?',
    breaks: 'a list of what is rare walks the whole table',
    check: servers('packages/messaging/test/page'),
  },
  {
    id: 'range-planned-for-any',
    file: 'packages/messaging/src/sql/page.ts',
    replace: 'ofRange ? literal(value) : ',
    by: '',
    breaks: 'a list of a few days walks the whole table',
    check: servers('packages/messaging/test/page'),
  },
  {
    id: 'spread-reads-by-id',
    file: 'services/payments/src/db/accounts-table.ts',
    replace: 'ORDER BY customer_id, taken_at, loan_id`',
    by: 'ORDER BY customer_id, loan_id`',
    breaks: 'a backdated loan is paid after younger ones',
    check: servers('services/payments/test/make-payment'),
  },
  {
    id: 'slow-read-holds-up-others',
    file: 'packages/service-kit/src/batch-queue.ts',
    replace: '      this.#slowOnes += 1;\n',
    by: '',
    breaks: 'one lost connection holds up the balances of everybody',
    check: unit('packages/service-kit/test/slow-batches'),
  },
  {
    id: 'slow-read-never-over',
    file: 'packages/service-kit/src/batch-queue.ts',
    replace: 'if (isSlow) this.#slowOnes -= 1;',
    by: 'if (isSlow) return;',
    breaks: 'after a slow moment reads no longer travel together',
    check: unit('packages/service-kit/test/slow-batches'),
  },
  {
    id: 'rows-by-place',
    file: 'packages/database/src/rows-by-id.ts',
    replace: 'ids.map((id) => byId.get(id) ?? null)',
    by: 'ids.map((_, place) => [...byId.values()][place] ?? null)',
    breaks: "a caller reads another customer's balance",
    check: unit('packages/database/test/rows-by-id'),
  },
];
