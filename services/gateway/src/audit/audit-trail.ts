/**
 * Records who did what. No caller waits for that: entries that arrive close together are written together. While the
 * database is down, entries are kept up to a limit. Entries above the limit are counted and remain only in the request
 * log, as do those not yet written when a process is killed.
 */
import { counter, gauge, type Logger, type Registry, RetryLog, systemClock } from '@mo/service-kit';
import type { AuditRecord, AuditTable } from './audit-table.ts';

const WAITING_MAX = 50_000;
const BATCH_MAX = 1_000;
/** How long entries wait for others: a commit costs the same for one as for a hundred. */
const TOGETHER_MS = 100;
const RETRY_MS = 1_000;

export class AuditTrail {
  readonly #table: AuditTable;
  readonly #log: RetryLog;
  readonly #dropped: { inc(): void };
  readonly #closing = new AbortController();
  #waiting: AuditRecord[] = [];
  /**
   * The ids of the entries that are written next. After a failure they are the same, since the database may have stored
   * the entries without the answer having arrived.
   */
  #ids: readonly string[] = [];
  #writing: Promise<void> | null = null;

  constructor(table: AuditTable, logger: Logger, registry: Registry) {
    this.#table = table;
    this.#log = new RetryLog(systemClock, logger, 'the audit log cannot be written');
    const waiting = 'Audit log entries that are not written yet';
    gauge(registry, 'gateway_audit_waiting', waiting, [], () => this.#waiting.length);
    const dropped = 'Audit log entries dropped for lack of room while the database was unreachable';
    this.#dropped = counter(registry, 'gateway_audit_dropped_total', dropped, []);
  }

  note(record: AuditRecord): void {
    if (this.#waiting.length >= WAITING_MAX) this.#dropped.inc();
    else {
      this.#waiting.push(record);
      this.#writing ??= this.#write();
    }
  }

  /** Writes the remaining entries, or gives up if the database is down. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < BATCH_MAX) await systemClock.sleep(TOGETHER_MS, this.#closing.signal);
      try {
        if (this.#ids.length === 0) this.#ids = await this.#table.newIds(Math.min(this.#waiting.length, BATCH_MAX));
        const batch = this.#waiting.slice(0, this.#ids.length);
        await this.#table.write(this.#ids, batch);
        this.#waiting = this.#waiting.slice(batch.length);
        this.#ids = [];
        this.#log.succeeded();
      } catch (error) {
        this.#log.failed(error);
        if (this.#closing.signal.aborted) break;
        await systemClock.sleep(RETRY_MS, this.#closing.signal);
      }
    }
    this.#writing = null;
  }
}
