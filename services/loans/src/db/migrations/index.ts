import { type Index, indexOfPeriods } from '@mo/database';
import { JournalDigestV1, JournalSummariesV1, PartitioningTableV1, QuarantineTableV1 } from '@mo/messaging';
import { First } from './2026-11-23-first.ts';

/** In the order in which they run. */
export const migrations = [
  { name: 'first', class: First },
  { name: 'journal-digest', class: JournalDigestV1 },
  { name: 'quarantine', class: QuarantineTableV1 },
  { name: 'partitioning', class: PartitioningTableV1 },
  { name: 'journal-summaries', class: JournalSummariesV1 },
];

/** Built concurrently, while the service runs. Lists query statuses, which may be rare, and periods. */
export const indexes: readonly Index[] = [
  { name: 'loans_active', on: 'loans (id) WHERE status = 2' },
  { name: 'loans_of_status', on: 'loans (status, id) WHERE status <> 2' },
  { name: 'loans_of_day', on: indexOfPeriods('loans', 'taken_at'), replaces: 'loans_taken_at' },
];
