/**
 * The outbox: what is written but not yet on Kafka. Entries are read in id order. Their ids are given after the account's
 * lock, so id order is commit order for each customer; it is not commit order across customers, so what is read is all
 * that is still there, never "what is newer than the last id". It is read from a floor on, below which there is nothing and
 * nothing can come any more: see {@link OutboxFloor}.
 */

import type { Database } from '@mo/database';
import { run, sqlOf } from '@mo/database';
import { type Clock, systemClock } from '@mo/service-kit';
import type { JournalRow } from '../kafka/cloud-events.ts';
import { type FloorLook, OutboxFloor } from './outbox-floor.ts';

export interface OutboxEntry extends JournalRow {
  readonly id: string;
}

const SERVER = 'pg_postmaster_start_time()::text';

/** Of another server than the floor's, all is read. */
const READ = `
  SELECT o.id, j.customer_id, j.version, j.type, j.data::text AS data, j.seen::text AS seen, j.traceparent,
    to_char(j.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time
  FROM outbox o JOIN journal j ON j.customer_id = o.customer_id AND j.version = o.version
  WHERE o.id > CASE WHEN ${SERVER} = $3 THEN $2::bigint ELSE 0 END
    AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.customer_id = o.customer_id AND p.parked_reason IS NOT NULL)
  ORDER BY o.id LIMIT $1`;

/** The transaction id is taken after the last id was read, for it is made of that one's row. */
const LOOK = `
  WITH drawn AS MATERIALIZED (
    SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS id FROM outbox_id_seq
  )
  SELECT ${SERVER} AS server, drawn.id AS drawn, pg_current_xact_id() AS xid,
    coalesce(pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8, false) AS are_over,
    (SELECT min(id) FROM outbox WHERE id > $2) AS first
  FROM drawn`;

const REMOVE = `
  DELETE FROM outbox WHERE id = ANY($1::bigint[])
    AND EXISTS (SELECT 1 FROM relay_lease WHERE holder = $2)`;

export class Outbox {
  readonly #database: Database;
  readonly #floor: OutboxFloor;

  constructor(database: Database, clock: Clock = systemClock) {
    this.#database = database;
    this.#floor = new OutboxFloor((upTo, floor) => this.#look(upTo, floor), clock);
  }

  /** Up to this id nothing is there, and nothing comes any more. */
  get floor(): number {
    return this.#floor.height;
  }

  /** The oldest entries of customers that aren't parked. */
  async read(entriesMax: number): Promise<OutboxEntry[]> {
    const floor = await this.#floor.rise();
    const parameters = [entriesMax, floor, this.#floor.server];
    const entries = await run<OutboxEntry>(sqlOf(this.#database), READ, parameters);
    if (entries.length > 0) this.#floor.moves();
    return entries;
  }

  async #look(upTo: string | null, floor: number): Promise<FloorLook> {
    const found = await run<{ server: string; drawn: string; xid: string; are_over: boolean; first: string | null }>(
      sqlOf(this.#database),
      LOOK,
      [upTo, floor],
    );
    const [{ server, drawn, xid, are_over: areOver, first }] = found as [(typeof found)[0]];
    return { server, drawn: Number(drawn), xid, areOver, first: first === null ? null : Number(first) };
  }

  /**
   * Removes entries that Kafka has, if the relay's lease still says so of its holder: whoever took it over sends what is there
   * once more, and what it finds removed was on Kafka before.
   */
  async remove(ids: readonly string[], holder: string): Promise<void> {
    await run(sqlOf(this.#database), REMOVE, [ids, holder]);
  }

  /** Parks an entry that Kafka refuses, and with it all that follows for its customer. */
  async park(id: string, reason: string): Promise<void> {
    await run(sqlOf(this.#database), 'UPDATE outbox SET parked_reason = $2 WHERE id = $1', [id, reason]);
  }

  /** Lets parked entries be tried again. */
  async unpark(): Promise<void> {
    await run(sqlOf(this.#database), 'UPDATE outbox SET parked_reason = NULL WHERE parked_reason IS NOT NULL');
  }

  /** How many entries wait, how old the oldest is, and how many are parked. */
  async depth(): Promise<{ entries: number; ageSeconds: number; parked: number }> {
    const [row] = await run<{ entries: string; age: string; parked: string }>(
      sqlOf(this.#database),
      `SELECT count(*) AS entries, count(parked_reason) AS parked,
         coalesce(greatest(extract(epoch FROM clock_timestamp() - (
           SELECT j.time FROM outbox o JOIN journal j ON j.customer_id = o.customer_id AND j.version = o.version
           ORDER BY o.id LIMIT 1
         )), 0), 0) AS age
       FROM outbox`,
    );
    return { entries: Number(row?.entries ?? 0), ageSeconds: Number(row?.age ?? 0), parked: Number(row?.parked ?? 0) };
  }
}
