/**
 * Who relays: at most one process a service, by a lease in the database that it renews. A holder that freezes or dies
 * stops renewing, and another takes over once the lease has run out. What a frozen holder still sends when it wakes up is a
 * duplicate, and harmless. The database's clock alone decides.
 */
import type { Database } from '../sql/database.ts';
import { run, sqlOf } from '../sql/sql.ts';

/** A lease runs so long; a successor has taken over within this and one renewal. */
export const LEASE_MS = 1_000;
export const LEASE_RENEWAL_MS = 250;

const HOLD = `
  INSERT INTO relay_lease AS lease (holder, until) VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond')
  ON CONFLICT (singleton) DO UPDATE SET holder = excluded.holder, until = excluded.until
  WHERE lease.holder = excluded.holder OR lease.until < clock_timestamp()
  RETURNING 1`;

export class Lease {
  readonly #database: Database;
  readonly #holder: string;

  constructor(database: Database, holder: string) {
    this.#database = database;
    this.#holder = holder;
  }

  /** Takes or renews the lease; false where another process holds it. */
  async hold(): Promise<boolean> {
    return (await run(sqlOf(this.#database), HOLD, [this.#holder, LEASE_MS])).length > 0;
  }

  /** Gives the lease up, so that a successor need not wait. */
  async release(): Promise<void> {
    await run(sqlOf(this.#database), 'DELETE FROM relay_lease WHERE holder = $1', [this.#holder]);
  }
}
