/**
 * The lease that chooses the relay: at most one process per service holds it, in the database, and renews it. A holder
 * that freezes or dies stops renewing, and another process takes over once the lease has expired. Events that a frozen
 * holder sends when it wakes up are duplicates, and harmless. Only the database's clock decides about expiry. Other
 * work for one process at a time has a lease in a table of its own.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from '@mo/database';
import { run, sqlOf } from '@mo/database';

/** How long a lease runs, in ms; a successor takes over within this time plus one renewal interval. */
export const LEASE_MS = 1_000;
export const LEASE_RENEWAL_MS = 250;

const UNTIL = `clock_timestamp() + $2 * interval '1 millisecond'`;
const renew = (table: string) => `UPDATE ${table} SET until = ${UNTIL} WHERE holder = $1 RETURNING 1`;
const takeByForce = (table: string) => `
  INSERT INTO ${table} AS lease (holder, until) VALUES ($1, ${UNTIL})
  ON CONFLICT (singleton) DO UPDATE SET holder = excluded.holder, until = excluded.until`;
const take = (table: string) => `${takeByForce(table)} WHERE lease.until < clock_timestamp() RETURNING 1`;

/** A name that no other process has: its host, its pid, and a random part. */
export const processName = (): string => `${hostname()}/${process.pid}/${randomUUID()}`;

export class Lease {
  readonly #database: Database;
  readonly #name: string;
  readonly #durationMs: number;
  readonly #table: string;
  #term = 0;
  #isHeld = false;

  /**
   * @param name the name of the process, from {@link processName}
   * @param table a table made by {@link leaseTableV1}
   */
  constructor(database: Database, name: string, durationMs = LEASE_MS, table = 'relay_lease') {
    this.#database = database;
    this.#name = name;
    this.#durationMs = durationMs;
    this.#table = table;
  }

  /** The holder's name in the lease: the process, and how often it has tried to take the lease. */
  get holder(): string {
    return `${this.#name}/${this.#term}`;
  }

  /** Renews the lease, or takes it if it is free or expired; null if another process holds it. */
  async hold(): Promise<'renewed' | 'taken' | null> {
    if (this.#isHeld && (await this.#isDone(renew))) return 'renewed';
    this.#term += 1;
    this.#isHeld = await this.#isDone(take);
    return this.#isHeld ? 'taken' : null;
  }

  /** Takes the lease by force. A previous holder notices when its next renewal fails. */
  async take(): Promise<void> {
    this.#term += 1;
    await run(sqlOf(this.#database), takeByForce(this.#table), [this.holder, this.#durationMs]);
    this.#isHeld = true;
  }

  /** Releases the lease, so that a successor need not wait for its expiry. */
  async release(): Promise<void> {
    this.#isHeld = false;
    await run(sqlOf(this.#database), `DELETE FROM ${this.#table} WHERE holder = $1`, [this.holder]);
  }

  async #isDone(statement: (table: string) => string): Promise<boolean> {
    const parameters = [this.holder, this.#durationMs];
    return (await run(sqlOf(this.#database), statement(this.#table), parameters)).length > 0;
  }
}
