/** Deliveries as a webhook's owner sees them, and replays. */
import { DELIVERY_STATUSES, type DeliveryStatus, WEBHOOK_STATUSES, type WebhookReplay } from '@mo/contracts';
import { codeOf, type Database, ofStatus, type PageOfTable, readPage, run, type Sql, sqlOf } from '@mo/database';
import type { Time } from './webhook-table.ts';

/** How long finished deliveries, and events that no delivery refers to, are kept. */
const KEPT_FOR = '30 days';
const FORGET_ROWS_MAX = 10_000;
/** The number of events that one replay by time adds (see AGAIN_BY_TIME); the caller continues from `nextFromMs`. */
export const REPLAY_EVENTS_MAX = 10_000;
/** The number of events, of any type, that it reads to find those. */
export const REPLAY_READ_MAX = 100_000;

export interface DeliveryRow {
  readonly id: string;
  readonly webhook_id: string;
  readonly customer_id: string;
  readonly stream: string;
  readonly version: string;
  readonly event_type: string;
  readonly status: number;
  readonly attempts: number;
  readonly created_at: Time;
  readonly last_attempt_at: Time | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  /**
   * When its lane is due, and its webhook no longer pauses; null if it has no lane, the lane is held, or the webhook is
   * not active.
   */
  readonly due_at: Time | null;
}

export interface DeliveriesWanted {
  readonly webhookId: number;
  readonly status?: DeliveryStatus | undefined;
  readonly customerId?: number | undefined;
  readonly before: number | null;
  readonly limit: number;
}

const SELECT = `SELECT d.id, d.webhook_id, d.customer_id, d.stream, d.version, e.type AS event_type, d.status, d.attempts,
    d.created_at, d.last_attempt_at, d.last_status, d.last_error,
    (SELECT greatest(w.paused_until, least(lane.due_at, CASE WHEN lane.customer_id > w.due_up_to THEN clock_timestamp() END))
      FROM lanes lane JOIN webhooks w ON w.id = lane.webhook_id
      WHERE (lane.webhook_id, lane.customer_id) = (d.webhook_id, d.customer_id) AND NOT lane.held
        AND d.status = ${codeOf(DELIVERY_STATUSES, 'pending')} AND w.status = ${codeOf(WEBHOOK_STATUSES, 'active')}) AS due_at
  FROM deliveries d JOIN events e USING (customer_id, stream, version)`;

/** Adds deliveries of the selected events, in the order of their intake, and creates missing lanes, due now. */
const again = (chosen: string) => `WITH chosen AS MATERIALIZED (${chosen}),
  again AS (
    INSERT INTO deliveries (webhook_id, customer_id, stream, version)
    SELECT $1, customer_id, stream, version FROM chosen ORDER BY place),
  due AS (
    INSERT INTO lanes (webhook_id, customer_id, due_at)
    SELECT $1::bigint, customer_id, clock_timestamp() FROM chosen GROUP BY 2 ORDER BY 2
    ON CONFLICT (webhook_id, customer_id) DO UPDATE SET due_at = lanes.due_at)
  SELECT count(*) AS count, max(taken_at) AS last FROM chosen`;

const AGAIN_BY_ID = again(`SELECT * FROM events e WHERE (e.customer_id, e.stream, e.version) IN (
  SELECT d.customer_id, d.stream, d.version FROM deliveries d WHERE d.webhook_id = $1 AND d.id = ANY ($2::bigint[]))`);
// Both bounds are conditions of the index, also in a generic plan. WITH TIES includes all events of the last millisecond,
// so that the rest starts at the next millisecond. The locks keep events from being deleted before their deliveries refer
// to them; FOR KEY SHARE skips those that are.
const AGAIN_BY_TIME = again(`SELECT e.* FROM events e JOIN webhooks w ON w.id = $1 AND e.type = ANY (w.event_types)
  WHERE e.taken_at >= $2 AND e.taken_at < coalesce($3::timestamptz, 'infinity')
  ORDER BY e.taken_at FOR KEY SHARE OF e FETCH FIRST ${REPLAY_EVENTS_MAX} ROWS WITH TIES`);

// Where a replay of $1 to $2 stops reading: at the first event too many, but at least a millisecond further on. The
// index of the times holds all that it needs.
const READ_TO = `SELECT greatest(taken_at, $1::timestamptz + interval '1 ms') AS read_to FROM events
  WHERE taken_at >= $1 AND taken_at < coalesce($2::timestamptz, 'infinity') ORDER BY taken_at OFFSET ${REPLAY_READ_MAX} LIMIT 1`;

// The locks keep these deliveries, and with them their events, until others refer to the events.
const KNOWN = 'SELECT id FROM deliveries WHERE webhook_id = $1 AND id = ANY ($2::bigint[]) FOR KEY SHARE';

/** The page that {@link DeliveryTable.list} reads. */
export const deliveriesPage = ({ webhookId, status, customerId, before, limit }: DeliveriesWanted): PageOfTable => ({
  select: SELECT,
  id: 'd.id',
  before,
  where: [
    ['d.webhook_id = $', webhookId],
    ofStatus('d.status', status && codeOf(DELIVERY_STATUSES, status), customerId !== undefined),
    ['d.customer_id = $', customerId],
  ],
  limit,
});

export interface Replayed {
  readonly deliveries: number;
  /** The named ids that are not deliveries of the webhook. */
  readonly missingIds: readonly number[];
  /** The time from which events remain, in milliseconds since 1970; null if none remain. */
  readonly nextFromMs: number | null;
}

export class DeliveryTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Newest first; one row more than the limit if there are more. */
  list(wanted: DeliveriesWanted): Promise<DeliveryRow[]> {
    return readPage<DeliveryRow>(sqlOf(this.#database), deliveriesPage(wanted));
  }

  /** Sends messages again, after those that are pending, once the transaction `sql` is committed. */
  async replay(sql: Sql, webhookId: number, { delivery_ids: ids, from, to }: WebhookReplay): Promise<Replayed> {
    if (ids === undefined) return { ...(await this.#replayPeriod(sql, webhookId, from, to)), missingIds: [] };
    // Before deliveries are added: none of the named ids may be one of these.
    const known = new Set((await run<{ id: string }>(sql, KNOWN, [webhookId, ids])).map(({ id }) => Number(id)));
    const missingIds = [...new Set(ids)].filter((id) => !known.has(id));
    const [row] = await run<{ count: string }>(sql, AGAIN_BY_ID, [webhookId, ids]);
    return { deliveries: Number(row?.count), nextFromMs: null, missingIds };
  }

  async #replayPeriod(sql: Sql, webhookId: number, from: Date | undefined, to: Date | undefined) {
    const period = [from?.toISOString(), to?.toISOString() ?? null];
    const [end] = await run<{ read_to: Time }>(sql, READ_TO, period);
    const part = end === undefined ? period : [period[0], end.read_to];
    const [row] = await run<{ count: string; last: Time | null }>(sql, AGAIN_BY_TIME, [webhookId, ...part]);
    const deliveries = Number(row?.count);
    if (deliveries >= REPLAY_EVENTS_MAX && row?.last)
      return { deliveries, nextFromMs: new Date(row.last).getTime() + 1 };
    return { deliveries, nextFromMs: end === undefined ? null : new Date(end.read_to).getTime() };
  }

  /** Deletes rows older than KEPT_FOR, except those that a replay holds. @returns whether there may be more of them */
  async forget(): Promise<boolean> {
    const deliveries = `DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries
      WHERE status <> 1 AND created_at < now() - interval '${KEPT_FOR}' LIMIT ${FORGET_ROWS_MAX}
      FOR UPDATE SKIP LOCKED) RETURNING 1`;
    const events = `DELETE FROM events e WHERE (customer_id, stream, version) IN (SELECT customer_id, stream, version FROM events o
        WHERE taken_at < now() - interval '${KEPT_FOR}' AND NOT EXISTS (SELECT 1 FROM deliveries d
          WHERE d.customer_id = o.customer_id AND d.stream = o.stream AND d.version = o.version)
        LIMIT ${FORGET_ROWS_MAX} FOR UPDATE SKIP LOCKED) RETURNING 1`;
    const sql: Sql = sqlOf(this.#database);
    const rows = [await run(sql, deliveries), await run(sql, events)];
    return rows.some(({ length }) => length === FORGET_ROWS_MAX);
  }
}
