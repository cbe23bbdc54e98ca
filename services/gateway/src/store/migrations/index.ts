import type { Index } from '@mo/database';
import { First } from './2026-11-26-first.ts';

/** In the order in which they run. */
export const migrations = [{ name: 'first', class: First }];

/**
 * Built beside the traffic. The audit log of a caller is asked for by time; what the version before had for that,
 * `audit_log_by_caller`, is for the next one to drop.
 */
export const indexes: readonly Index[] = [{ name: 'audit_log_of_caller', on: 'audit_log (caller, at, id)' }];
