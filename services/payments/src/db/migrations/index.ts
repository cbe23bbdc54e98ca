import { type Fill, type Index, indexOfPeriods } from '@mo/database';
import { JournalDigestV1, JournalSummariesV1, PartitioningTableV1, QuarantineTableV1 } from '@mo/messaging';
import { First } from './2026-11-23-first.ts';
import { OpenFlag } from './2026-11-30-open-flag.ts';

/** In the order in which they run. */
export const migrations = [
  { name: 'first', class: First },
  { name: 'journal-digest', class: JournalDigestV1 },
  { name: 'quarantine', class: QuarantineTableV1 },
  { name: 'partitioning', class: PartitioningTableV1 },
  { name: 'journal-summaries', class: JournalSummariesV1 },
  { name: 'open-flag', class: OpenFlag },
];

/** Loans that were paid off before the flag existed. */
const PAID_OFF: Fill = {
  table: 'open_loans',
  key: 'loan_id',
  set: 'is_open = false',
  where: 'is_open AND outstanding = 0',
};

/**
 * Built concurrently, while the service runs. Audits and rebuilds query all loans of a customer, including paid ones.
 * Lists query rejected payments, which may be rare, and periods. Batches of payments read open loans, oldest first.
 */
export const indexes: readonly Index[] = [
  { name: 'open_loans_customer', on: 'open_loans (customer_id)' },
  {
    name: 'open_loans_open',
    on: 'open_loans (customer_id, taken_at, loan_id) WHERE is_open',
    after: PAID_OFF,
    replaces: 'open_loans_oldest',
  },
  { name: 'payments_rejected', on: 'payments (id) WHERE status = 2' },
  { name: 'payments_of_day', on: indexOfPeriods('payments', 'paid_at'), replaces: 'payments_paid_at' },
];
