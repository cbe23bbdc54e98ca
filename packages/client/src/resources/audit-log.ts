import type { Caller, CallOptions } from '../caller.ts';
import type { List } from '../pages.ts';
import type { AuditEntry, QueryOf } from '../types.ts';

/** The audit log of all callers' actions, for callers with the scope `admin`. */
export class AuditLog {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Newest first. */
  list(query: QueryOf<'listAudit'> = {}, options?: CallOptions): List<AuditEntry> {
    return this.#caller.list('listAudit', { query }, () => null, options);
  }
}
