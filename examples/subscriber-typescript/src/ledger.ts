/**
 * Stores the totals of each customer in SQLite. The last applied version of each customer and stream is written in the
 * transaction of its effect, so an event counts once, however often it arrives and on whichever topic. The stream
 * is that of `ce_source`, not the topic, because a backfill contains the same stream on another topic.
 */
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { CloudEvent } from 'cloudevents';
import type { Data } from './event.ts';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS ledger (id TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS versions (
    stream TEXT, customer_id INTEGER, version INTEGER NOT NULL, PRIMARY KEY (stream, customer_id));
  CREATE TABLE IF NOT EXISTS customers (
    customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL,
    lent_minor INTEGER NOT NULL DEFAULT 0, paid_minor INTEGER NOT NULL DEFAULT 0)`;

/** How long to wait while another process uses the ledger. */
const BUSY_TIMEOUT_MS = 10_000;

export class Ledger {
  readonly #database: DatabaseSync;
  /** A permanent id of this ledger. */
  readonly id: string;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    this.#database.exec(SCHEMA);
    this.#database.prepare('INSERT INTO ledger SELECT ? WHERE NOT EXISTS (SELECT * FROM ledger)').run(randomUUID());
    this.id = String(this.#database.prepare('SELECT id FROM ledger').get()?.id);
  }

  /**
   * Applies all events or none.
   *
   * @returns a line for each new event
   * @throws Error if an earlier event of a customer is missing
   */
  apply(events: readonly CloudEvent<Data>[]): string[] {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const lines = events.flatMap((event) => this.#applyOne(event));
      this.#database.exec('COMMIT');
      return lines;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }

  #applyOne({ source: stream, type, subject, data = {}, ...event }: CloudEvent<Data>): string[] {
    const customerId = Number(subject);
    const version = Number(event.sequence);
    const last = this.#lastVersion(stream, customerId);
    if (version <= last) return [];
    // The topic no longer reaches back to the customer's first event, or the earlier events are in another partition
    // because some were added: a backfill provides the whole history.
    if (version > last + 1)
      throw new Error(`${stream}: customer ${customerId} goes from version ${last} to ${version}`);
    this.#keepVersion(stream, customerId, version);
    const { lent, paid } = effectOf(type, data);
    this.#add(customerId, String(data.customer_external_id), lent, paid);
    return [`${stream} customer ${customerId} version ${version}: ${type}`];
  }

  #lastVersion(stream: string, customerId: number): number {
    const read = this.#database.prepare('SELECT version FROM versions WHERE stream = ? AND customer_id = ?');
    return Number(read.get(stream, customerId)?.version ?? 0);
  }

  #keepVersion(stream: string, customerId: number, version: number): void {
    const write = this.#database.prepare('INSERT OR REPLACE INTO versions VALUES (?, ?, ?)');
    write.run(stream, customerId, version);
  }

  #add(customerId: number, name: string, lent: bigint, paid: bigint): void {
    const write = this.#database.prepare(`
      INSERT INTO customers VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT DO UPDATE SET lent_minor = lent_minor + ?3, paid_minor = paid_minor + ?4`);
    write.run(customerId, name, lent, paid);
  }
}

/** The amounts that an event adds, in minor units. An unknown type adds nothing, because types may be added. */
function effectOf(type: string, data: Data): { lent: bigint; paid: bigint } {
  if (type === 'LoanTaken') return { lent: minor(data.amount), paid: 0n };
  if (type === 'PaymentApplied') return { lent: 0n, paid: minor(data.total_amount) };
  return { lent: 0n, paid: 0n };
}

/** `"1200.50"` as 120050n: amounts always have two decimals. */
const minor = (amount: unknown): bigint => BigInt(String(amount).replace('.', ''));
