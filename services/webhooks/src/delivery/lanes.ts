/**
 * What is to be delivered. A lane holds what one webhook is to be told of one customer; whoever has claimed it delivers it one
 * after the other, so that a customer's events come in order, and a webhook that fails holds up no other.
 *
 * A claim ends by itself: a process that dies leaves its lanes to others. One that comes back after its claim has ended may
 * have sent what another sends again, and writes nothing down any more.
 */
import { DELIVERY_STATUSES, type DeliveryStatus, type Stream } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { codeOf } from '@mo/messaging';

/** How long a claim lasts, in milliseconds: longer than a claimer works on a lane. */
export const CLAIM_MS = 60_000;
/** How many deliveries a claim hands out at once. */
const DELIVERIES_PER_CLAIM_MAX = 20;

export interface Lane {
  readonly webhookId: number;
  readonly customerId: number;
  /** Of this claim alone, also where the lane has gone and come again. */
  readonly claim: number;
}

export interface Delivery {
  readonly id: string;
  readonly attempts: number;
  /** How long it has been to be delivered, in milliseconds, by the database's clock. */
  readonly ageMs: number;
  /** As in the topic: {stream}-{customer id}-{version}. */
  readonly eventId: string;
  readonly stream: Stream;
  readonly version: number;
  readonly type: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** JSON. */
  readonly data: string;
  /** Of what brought the event about; null where that is not known. */
  readonly traceparent: string | null;
}

/** What came of an attempt. */
export interface Outcome {
  readonly deliveryId: string;
  readonly status: DeliveryStatus;
  readonly atMs: number;
  /** What the receiver answered; null where it answered nothing. */
  readonly answer: number | null;
  /** Why it was not delivered; null where it was. */
  readonly error: string | null;
}

const PENDING = codeOf(DELIVERY_STATUSES, 'pending');

const CLAIM = `
  UPDATE lanes SET claim = nextval('lane_claims'), held = true, due_at = clock_timestamp() + make_interval(secs => $3)
  WHERE (webhook_id, customer_id) IN (
    SELECT webhook_id, customer_id FROM lanes WHERE webhook_id = $1 AND due_at <= clock_timestamp()
    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING customer_id, claim`;

const NEXT = `
  SELECT d.id, d.attempts, d.stream, d.version, e.type, e.data, e.traceparent,
    extract(epoch FROM clock_timestamp() - greatest(d.created_at, w.resumed_at)) * 1000 AS age_ms,
    to_char(e.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time
  FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id JOIN events e USING (customer_id, stream, version)
  WHERE d.webhook_id = $1 AND d.customer_id = $2 AND d.status = ${PENDING}
  ORDER BY d.id LIMIT ${DELIVERIES_PER_CLAIM_MAX}`;

const SETTLE = `
  UPDATE deliveries SET status = o.status, attempts = attempts + 1, last_attempt_at = o.at, last_status = o.answer,
    last_error = o.error
  FROM unnest($1::bigint[], $2::smallint[], $3::timestamptz[], $4::smallint[], $5::text[]) AS o (id, status, at, answer, error)
  WHERE deliveries.id = o.id AND deliveries.status = ${PENDING}`;

interface NextRow {
  readonly id: string;
  readonly attempts: number;
  readonly age_ms: string;
  readonly stream: Stream;
  readonly version: string;
  readonly type: string;
  readonly data: string;
  readonly traceparent: string | null;
  readonly time: string;
}

export class Lanes {
  readonly #database: Database;
  readonly #claimMs: number;

  constructor(database: Database, claimMs = CLAIM_MS) {
    this.#database = database;
    this.#claimMs = claimMs;
  }

  /** Claims lanes of a webhook that are due, at most so many. */
  async claim(webhookId: number, lanesMax: number): Promise<Lane[]> {
    const parameters = [webhookId, lanesMax, this.#claimMs / 1000];
    const rows = await run<{ customer_id: string; claim: string }>(sqlOf(this.#database), CLAIM, parameters);
    return rows.map(({ customer_id, claim }) => ({ webhookId, customerId: Number(customer_id), claim: Number(claim) }));
  }

  /** What comes next in a lane, in order. */
  async next({ webhookId, customerId }: Lane): Promise<Delivery[]> {
    const rows = await run<NextRow>(sqlOf(this.#database), NEXT, [webhookId, customerId]);
    return rows.map((row) => ({
      id: row.id,
      attempts: row.attempts,
      ageMs: Number(row.age_ms),
      eventId: `${row.stream}-${customerId}-${row.version}`,
      stream: row.stream,
      version: Number(row.version),
      type: row.type,
      time: row.time,
      data: row.data,
      traceparent: row.traceparent,
    }));
  }

  /**
   * Writes down what came of the attempts, and gives the lane back: it is due again after the pause, or gone where nothing is
   * left in it.
   *
   * @returns false, and nothing is written, where the claim had ended
   */
  settle(lane: Lane, outcomes: readonly Outcome[], pauseMs: number): Promise<boolean> {
    return inTransaction(this.#database, async (sql) => {
      const { webhookId, customerId, claim } = lane;
      const give = `UPDATE lanes SET held = false, due_at = clock_timestamp() + make_interval(secs => $4)
        WHERE webhook_id = $1 AND customer_id = $2 AND claim = $3 RETURNING 1`;
      const held = await run(sql, give, [webhookId, customerId, claim, pauseMs / 1000]);
      if (held.length === 0) return false;
      await run(sql, SETTLE, [
        outcomes.map(({ deliveryId }) => deliveryId),
        outcomes.map(({ status }) => codeOf(DELIVERY_STATUSES, status)),
        outcomes.map(({ atMs }) => new Date(atMs).toISOString()),
        outcomes.map(({ answer }) => answer),
        outcomes.map(({ error }) => error),
      ]);
      // Whoever adds to the lane waits for its row, and makes it anew.
      const close = `DELETE FROM lanes WHERE webhook_id = $1 AND customer_id = $2 AND NOT EXISTS (
        SELECT 1 FROM deliveries d
        WHERE d.webhook_id = lanes.webhook_id AND d.customer_id = lanes.customer_id AND d.status = ${PENDING})`;
      await run(sql, close, [webhookId, customerId]);
      return true;
    });
  }
}
