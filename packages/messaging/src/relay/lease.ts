/**
 * Who relays: at most one process a service, by a lease in the database that it renews. A holder that freezes or dies
 * stops renewing, and another takes over once the lease has run out. What a frozen holder still sends when it wakes up is a
 * duplicate, and harmless. The database's clock alone decides. Other work of one process has a lease in a table of its own.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from '@mo/database';
import { run, sqlOf } from '@mo/database';

/** A lease runs so long; a successor has taken over within this and one renewal. */
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
   * @param name of the process, as {@link processName} gives it
   * @param table one that {@link leaseTableV1} makes
   */
  constructor(database: Database, name: string, durationMs = LEASE_MS, table = 'relay_lease') {
    this.#database = database;
    this.#name = name;
    this.#durationMs = durationMs;
    this.#table = table;
  }

  /** What the lease says of its holder: the process, and how often it has tried to take it. */
  get holder(): string {
    return `${this.#name}/${this.#term}`;
  }

  /** Renews the lease, or takes it where nobody holds it any more; null where another process does. */
  async hold(): Promise<'renewed' | 'taken' | null> {
    if (this.#isHeld && (await this.#isDone(renew))) return 'renewed';
    this.#term += 1;
    this.#isHeld = await this.#isDone(take);
    return this.#isHeld ? 'taken' : null;
  }

  /** Takes the lease whoever holds it, who finds it gone when it renews. */
  async take(): Promise<void> {
    this.#term += 1;
    await run(sqlOf(this.#database), takeByForce(this.#table), [this.holder, this.#durationMs]);
    this.#isHeld = true;
  }

  /** Gives the lease up, so that a successor need not wait. */
  async release(): Promise<void> {
    this.#isHeld = false;
    await run(sqlOf(this.#database), `DELETE FROM ${this.#table} WHERE holder = $1`, [this.holder]);
  }

  async #isDone(statement: (table: string) => string): Promise<boolean> {
    const parameters = [this.holder, this.#durationMs];
    return (await run(sqlOf(this.#database), statement(this.#table), parameters)).length > 0;
  }
}
