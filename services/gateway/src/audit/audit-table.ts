/** The audit log as a table: written in batches, read in pages, and deleted after the retention time. */
import { arrayRows, columnNames, type Database, literal, run, sqlOf } from '@mo/database';
import type { Time } from '../keys/key-store.ts';

export interface AuditRecord {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly caller: string;
  readonly keyId: number | null;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly address: string;
  readonly requestId: string;
}

export interface AuditRow {
  readonly id: string;
  readonly at: Time;
  readonly caller: string;
  readonly key_id: string | null;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly address: string;
  readonly request_id: string;
}

export interface AuditWanted {
  readonly caller?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** The end of the previous page; absent for the first. */
  readonly before?: AuditPlace | undefined;
  readonly limit: number;
}

/** An entry's place in the log. */
export interface AuditPlace {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly id: number;
}

/**
 * A page, newest first, plus one row if there are more. Entries may be written long after the request, so they are
 * sorted by the time of the request, and by id within a millisecond. For each combination of conditions an index
 * provides them by time, from the start of the page. The best index depends on the values, because a caller may have
 * nearly all entries or none, so the statement is planned for its values.
 */
export function auditPage({ caller, from, to, before, limit }: AuditWanted): string {
  const conditions: string[] = [];
  if (caller !== undefined) conditions.push(`caller = ${literal(caller)}`);
  if (from !== undefined) conditions.push(`at >= ${literal(from.toISOString())}`);
  if (to !== undefined) conditions.push(`at <= ${literal(to.toISOString())}`);
  if (before !== undefined)
    conditions.push(`(at, id) < (${literal(new Date(before.atMs).toISOString())}, ${literal(before.id)})`);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return `SELECT id, at, caller, key_id, operation, method, path, status, address, request_id FROM audit_log
    ${where} ORDER BY at DESC, id DESC LIMIT ${literal(limit + 1)}`;
}

const RECORD = {
  id: 'bigint',
  at: 'timestamptz',
  caller: 'text',
  key_id: 'bigint',
  operation: 'text',
  method: 'text',
  path: 'text',
  status: 'int',
  address: 'text',
  request_id: 'text',
};

/** Rows deleted per statement. */
const FORGOTTEN_AT_ONCE = 10_000;

export class AuditTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** New ids for this many entries, in ascending order. */
  async newIds(count: number): Promise<string[]> {
    const text = "SELECT nextval('audit_log_id_seq') AS id FROM generate_series(1, $1)";
    return (await run<{ id: string }>(sqlOf(this.#database), text, [count])).map(({ id }) => id);
  }

  /** Writes the entries that are not there yet. A repetition is harmless, whatever became of the attempt before. */
  async write(ids: readonly string[], records: readonly AuditRecord[]): Promise<void> {
    const text = `INSERT INTO audit_log (${columnNames(RECORD)}) OVERRIDING SYSTEM VALUE ${arrayRows(RECORD)}
      ON CONFLICT (id) DO NOTHING`;
    const column = <T>(read: (record: AuditRecord) => T): T[] => records.map(read);
    await run(sqlOf(this.#database), text, [
      ids,
      column(({ atMs }) => new Date(atMs).toISOString()),
      column(({ caller }) => caller),
      column(({ keyId }) => keyId),
      column(({ operation }) => operation),
      column(({ method }) => method),
      column(({ path }) => path),
      column(({ status }) => status),
      column(({ address }) => address),
      column(({ requestId }) => requestId),
    ]);
  }

  /** Newest first; one row more than the limit, if there are more. */
  list(wanted: AuditWanted): Promise<AuditRow[]> {
    return run<AuditRow>(sqlOf(this.#database), auditPage(wanted));
  }

  /** Deletes entries older than this many days. @returns whether there may be more of them */
  async forget(days: number): Promise<boolean> {
    const text = `DELETE FROM audit_log WHERE id IN (
      SELECT id FROM audit_log WHERE at < now() - make_interval(days => $1) ORDER BY at LIMIT $2) RETURNING 1`;
    return (await run(sqlOf(this.#database), text, [days, FORGOTTEN_AT_ONCE])).length === FORGOTTEN_AT_ONCE;
  }
}
