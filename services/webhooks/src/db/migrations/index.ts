import type { Index } from '@mo/database';
import { Claims } from './2026-11-27-claims.ts';
import { First } from './2026-11-27-first.ts';
import { FormerSecrets } from './2026-11-27-former-secrets.ts';
import { Held } from './2026-11-27-held.ts';
import { Traces } from './2026-11-27-traces.ts';
import { Waived } from './2026-11-27-waived.ts';
import { Resumed } from './2026-11-29-resumed.ts';
import { Answers } from './2026-11-30-answers.ts';
import { SweepLease } from './2026-11-30-sweep-lease.ts';
import { DueUpTo } from './2026-12-01-due-up-to.ts';
import { Paused } from './2026-12-01-paused.ts';
import { Restarts } from './2026-12-01-restarts.ts';

/** In the order in which they run. */
export const migrations = [
  { name: 'first', class: First },
  { name: 'traces', class: Traces },
  { name: 'held', class: Held },
  { name: 'former-secrets', class: FormerSecrets },
  { name: 'claims', class: Claims },
  { name: 'waived', class: Waived },
  { name: 'resumed', class: Resumed },
  { name: 'sweep-lease', class: SweepLease },
  { name: 'answers', class: Answers },
  { name: 'due-up-to', class: DueUpTo },
  { name: 'paused', class: Paused },
  { name: 'restarts', class: Restarts },
];

/** Built concurrently, while the service runs. */
export const indexes: readonly Index[] = [
  { name: 'deliveries_by_status', on: 'deliveries (webhook_id, status, id)' },
  { name: 'deliveries_done', on: 'deliveries (created_at) WHERE status <> 1' },
];
