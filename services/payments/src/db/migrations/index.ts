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

/**
 * Built concurrently, while the service runs. Audits and rebuilds query all loans of a customer, including paid ones.
 * Lists query rejected payments, which may be rare, and ranges of time.
 */
export const indexes: readonly Index[] = [
  { name: 'open_loans_customer', on: 'open_loans (customer_id)' },
  { name: 'payments_rejected', on: 'payments (id) WHERE status = 2' },
  { name: 'payments_paid_at', on: 'payments USING brin (paid_at) WITH (autosummarize = on)' },
];
