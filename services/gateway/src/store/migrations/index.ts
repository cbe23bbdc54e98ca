import type { Index } from '@mo/database';
import { First } from './2026-11-26-first.ts';
import { AuditByTime } from './2026-11-29-audit-by-time.ts';

/** In the order in which they run. */
export const migrations = [
  { name: 'first', class: First },
  { name: 'audit-by-time', class: AuditByTime },
];

/** Built beside the traffic. The audit log of a caller is asked for by time. */
export const indexes: readonly Index[] = [{ name: 'audit_log_of_caller', on: 'audit_log (caller, at, id)' }];
