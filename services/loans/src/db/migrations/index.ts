import type { Index } from '@mo/database';
import { First } from './2026-11-23-first.ts';
import { JournalDigest } from './2026-11-24-journal-digest.ts';
import { Quarantine } from './2026-11-24-quarantine.ts';
import { Partitioning } from './2026-11-26-partitioning.ts';
import { JournalSummaries } from './2026-11-27-journal-summaries.ts';

/** In the order in which they run. */
export const migrations = [
  { name: 'first', class: First },
  { name: 'journal-digest', class: JournalDigest },
  { name: 'quarantine', class: Quarantine },
  { name: 'partitioning', class: Partitioning },
  { name: 'journal-summaries', class: JournalSummaries },
];

/** Built concurrently, while the service runs. Lists query statuses, which may be rare, and ranges of time. */
export const indexes: readonly Index[] = [
  { name: 'loans_active', on: 'loans (id) WHERE status = 2' },
  { name: 'loans_of_status', on: 'loans (status, id) WHERE status <> 2' },
  { name: 'loans_taken_at', on: 'loans USING brin (taken_at) WITH (autosummarize = on)' },
];
