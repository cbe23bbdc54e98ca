import type { Index } from '@mo/database';
import { JournalDigestV1, JournalSummariesV1, PartitioningTableV1, QuarantineTableV1 } from '@mo/messaging';
import { First } from './2026-11-23-first.ts';
import { StagingIds } from './2026-11-29-staging-ids.ts';

/** In the order in which they run. */
export const migrations = [
  { name: 'first', class: First },
  { name: 'journal-digest', class: JournalDigestV1 },
  { name: 'quarantine', class: QuarantineTableV1 },
  { name: 'partitioning', class: PartitioningTableV1 },
  { name: 'journal-summaries', class: JournalSummariesV1 },
  { name: 'staging-ids', class: StagingIds },
];

/** Built concurrently, while the service runs. */
export const indexes: readonly Index[] = [];
