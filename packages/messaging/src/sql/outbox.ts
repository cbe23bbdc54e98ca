/**
 * The outbox: events that are written but not yet in Kafka. Entries are read in id order. Their ids are drawn under the
 * account's lock, so id order is commit order for each customer. It is not commit order across customers, so a read
 * returns all remaining entries, never only those newer than the last id read. Reads start at a floor, up to which
 * there are no entries and none can appear: see {@link OutboxFloor}.
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

/** On a server other than the floor's, it reads from the first id. */
const READ = `
  SELECT o.id, j.customer_id, j.version, j.type, j.data::text AS data, j.seen::text AS seen, j.traceparent,
    to_char(j.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time
  FROM outbox o JOIN journal j ON j.customer_id = o.customer_id AND j.version = o.version
  WHERE o.id > CASE WHEN ${SERVER} = $3 THEN $2::bigint ELSE 0 END
    AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.customer_id = o.customer_id AND p.parked_reason IS NOT NULL)
  ORDER BY o.id LIMIT $1`;

/** Selecting from `drawn` ensures that the transaction id is taken after the sequence's last id was read. */
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

  /** The id up to which there are no entries and none can appear. */
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
   * Removes entries that Kafka has acknowledged, provided that `holder` still has the relay's lease. A process that has
   * taken over the lease sends the remaining entries again; the removed ones were in Kafka before.
   */
  async remove(ids: readonly string[], holder: string): Promise<void> {
    await run(sqlOf(this.#database), REMOVE, [ids, holder]);
  }

  /** Parks an entry that Kafka refuses, which also holds back all further entries of its customer. */
  async park(id: string, reason: string): Promise<void> {
    await run(sqlOf(this.#database), 'UPDATE outbox SET parked_reason = $2 WHERE id = $1', [id, reason]);
  }

  /** Releases parked entries, so that they are tried again. */
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
