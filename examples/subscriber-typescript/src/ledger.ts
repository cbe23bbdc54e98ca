/**
 * What is known of each customer, in SQLite. The last version that was applied of each customer and topic is written in
 * the transaction of its effect: so an event counts once, however often it comes.
 */
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { CloudEvent } from 'cloudevents';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS ledger (id TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS versions (
    topic TEXT, customer_id INTEGER, version INTEGER NOT NULL, PRIMARY KEY (topic, customer_id));
  CREATE TABLE IF NOT EXISTS customers (
    customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL,
    lent_minor INTEGER NOT NULL DEFAULT 0, paid_minor INTEGER NOT NULL DEFAULT 0)`;

/** How long to wait while somebody else looks into the ledger. */
const BUSY_TIMEOUT_MS = 10_000;

type Data = Readonly<Record<string, unknown>>;

export class Ledger {
  readonly #database: DatabaseSync;
  /** Names this ledger for ever. */
  readonly id: string;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    this.#database.exec(SCHEMA);
    this.#database.prepare('INSERT INTO ledger SELECT ? WHERE NOT EXISTS (SELECT * FROM ledger)').run(randomUUID());
    this.id = String(this.#database.prepare('SELECT id FROM ledger').get()?.id);
  }

  /**
   * Applies events of one topic, all of them or none.
   *
   * @returns a line for each that was new
   * @throws Error where an event is missing before one
   */
  apply(topic: string, events: readonly CloudEvent<Data>[]): string[] {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const lines = events.flatMap((event) => this.#applyOne(topic, event));
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

  #applyOne(topic: string, { type, subject, data = {}, ...event }: CloudEvent<Data>): string[] {
    const customerId = Number(subject);
    const version = Number(event.sequence);
    const last = this.#lastVersion(topic, customerId);
    if (version <= last) return [];
    // So it is where the topic no longer reaches back to the customer's first event: a backfill tells all of it.
    if (version > last + 1) throw new Error(`${topic}: customer ${customerId} goes from version ${last} to ${version}`);
    this.#keepVersion(topic, customerId, version);
    const { lent, paid } = effectOf(type, data);
    this.#add(customerId, String(data.customer_external_id), lent, paid);
    return [`${topic} customer ${customerId} version ${version}: ${type}`];
  }

  #lastVersion(topic: string, customerId: number): number {
    const read = this.#database.prepare('SELECT version FROM versions WHERE topic = ? AND customer_id = ?');
    return Number(read.get(topic, customerId)?.version ?? 0);
  }

  #keepVersion(topic: string, customerId: number, version: number): void {
    const write = this.#database.prepare('INSERT OR REPLACE INTO versions VALUES (?, ?, ?)');
    write.run(topic, customerId, version);
  }

  #add(customerId: number, name: string, lent: bigint, paid: bigint): void {
    const write = this.#database.prepare(`
      INSERT INTO customers VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT DO UPDATE SET lent_minor = lent_minor + ?3, paid_minor = paid_minor + ?4`);
    write.run(customerId, name, lent, paid);
  }
}

/** What an event adds, in minor units. A type that isn't known here adds nothing: types may be added. */
function effectOf(type: string, data: Data): { lent: bigint; paid: bigint } {
  if (type === 'LoanTaken') return { lent: minor(data.amount), paid: 0n };
  if (type === 'PaymentApplied') return { lent: 0n, paid: minor(data.total_amount) };
  return { lent: 0n, paid: 0n };
}

/** `"1200.50"` as 120050n: amounts always have two decimals. */
const minor = (amount: unknown): bigint => BigInt(String(amount).replace('.', ''));
