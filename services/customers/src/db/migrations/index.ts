import type { Index } from '@mo/database';
import { First } from './2026-11-23-first.ts';
import { JournalDigest } from './2026-11-24-journal-digest.ts';
import { Quarantine } from './2026-11-24-quarantine.ts';
import { Partitioning } from './2026-11-26-partitioning.ts';
import { JournalSummaries } from './2026-11-27-journal-summaries.ts';
import { StagingIds } from './2026-11-29-staging-ids.ts';

/** In the order in which they run. */
export const migrations = [
  { name: 'first', class: First },
  { name: 'journal-digest', class: JournalDigest },
  { name: 'quarantine', class: Quarantine },
  { name: 'partitioning', class: Partitioning },
  { name: 'journal-summaries', class: JournalSummaries },
  { name: 'staging-ids', class: StagingIds },
];

/** Built concurrently, while the service runs. */
export const indexes: readonly Index[] = [];
