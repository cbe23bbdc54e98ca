import type { Index } from '@mo/database';
import { First } from './2026-11-26-first.ts';

/** In the order in which they run. */
export const migrations = [{ name: 'first', class: First }];

/**
 * Built concurrently with traffic. The audit log of a caller is queried by time. The replaced index served versions
 * before 1.1.0.
 */
export const indexes: readonly Index[] = [
  { name: 'audit_log_of_caller', on: 'audit_log (caller, at, id)', replaces: 'audit_log_by_caller' },
];
