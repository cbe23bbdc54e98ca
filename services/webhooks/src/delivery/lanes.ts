/**
 * Pending deliveries. A lane holds the deliveries of one webhook for one customer. The process that has claimed a lane
 * delivers them one after the other, so that each customer's events arrive in order and a failing webhook delays no
 * other.
 *
 * A claim expires unless it is renewed (see `claims.ts`): if a process dies, others soon take over its lanes. After its
 * claim has expired, a process begins no further message; the one under way may be sent again by another process, and
 * its outcome is not stored.
 */
import { DELIVERY_STATUSES, type DeliveryStatus, type Stream } from '@mo/contracts';
import { arrayRows, codeOf, type Database, inTransaction, run, sqlOf } from '@mo/database';
import { DELIVERY_MS_MAX } from './schedule.ts';

/**
 * Duration of a claim after it was made or renewed, in milliseconds: how long the lanes of a dead process wait, and how
 * long a process or its database may stall without losing its lanes.
 */
export const CLAIM_MS = 15_000;
const RENEWALS_PER_CLAIM = 3;
/** Deliveries handed out per claim. */
const DELIVERIES_PER_CLAIM_MAX = 20;

/**
 * When messages of a row of webhooks were last made due, or it was created. The previous version sets only `resumed_at`,
 * which an activation of an active webhook leaves as it is.
 */
export const RESTARTED_AT = 'greatest(created_at, resumed_at, restarted_at)';

/** Failed attempts of the first message of a lane. */
export interface Failures {
  readonly count: number;
  /** The restart of the webhook since which they are counted; null before the first. */
  readonly restartedAt: string | null;
}

export interface Lane {
  readonly webhookId: number;
  readonly customerId: number;
  /** As they were stored last. The message that they are of may have been accepted, or given up, since. */
  readonly failures: Failures;
  /** Unique to this claim, even if the lane's row was deleted and created again. */
  readonly claim: number;
}

export interface Delivery {
  readonly id: string;
  readonly attempts: number;
  /** How long the delivery has been pending, in milliseconds, by the database's clock. */
  readonly ageMs: number;
  /** The same as in the topic: {stream}-{customer id}-{version}. */
  readonly eventId: string;
  readonly stream: Stream;
  readonly version: number;
  readonly type: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** JSON. */
  readonly data: string;
  /** The trace context of the request that caused the event; null if unknown. */
  readonly traceparent: string | null;
}

/** The outcome of an attempt. */
export interface Outcome {
  readonly deliveryId: string;
  readonly status: DeliveryStatus;
  readonly atMs: number;
  /** The status of the receiver's response; null if there was none. */
  readonly answer: number | null;
  /** Why it was not delivered; null if it was. */
  readonly error: string | null;
}

const PENDING = codeOf(DELIVERY_STATUSES, 'pending');
const FAILED = codeOf(DELIVERY_STATUSES, 'failed');

const CLAIM = `
  UPDATE lanes SET claim = nextval('lane_claims'), held = true, due_at = clock_timestamp() + make_interval(secs => $3)
  WHERE (webhook_id, customer_id) IN (
    SELECT webhook_id, customer_id FROM lanes WHERE webhook_id = $1 AND due_at <= clock_timestamp()
    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING customer_id, claim, failures, restarted_at::text`;

const CLAIMS = { webhook: 'bigint', customer: 'bigint', claim: 'bigint' };

// Waits for nobody: a row that is locked, because it is being settled, deleted or added to, is left to the next renewal.
const RENEW = `
  UPDATE lanes SET due_at = clock_timestamp() + make_interval(secs => $1)
  WHERE (webhook_id, customer_id) IN (
    SELECT webhook_id, customer_id FROM lanes JOIN (${arrayRows(CLAIMS, 2)}) AS mine
      ON (webhook_id, customer_id, lanes.claim) = (mine.webhook, mine.customer, mine.claim)
    WHERE held FOR UPDATE OF lanes SKIP LOCKED)
  RETURNING claim`;

const NEXT = `
  SELECT d.id, d.attempts, d.stream, d.version, e.type, e.data, e.traceparent,
    extract(epoch FROM clock_timestamp() - greatest(d.created_at, w.resumed_at)) * 1000 AS age_ms,
    to_char(e.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time
  FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id JOIN events e USING (customer_id, stream, version)
  WHERE d.webhook_id = $1 AND d.customer_id = $2 AND d.status = ${PENDING}
  ORDER BY d.id LIMIT ${DELIVERIES_PER_CLAIM_MAX}`;

const OUTCOME = { id: 'bigint', status: 'smallint', at: 'timestamptz', answer: 'smallint', error: 'text' };

// A message is not given up if its webhook was resumed since its age was read.
const SETTLE = `
  UPDATE deliveries SET attempts = attempts + 1, last_attempt_at = o.at, last_status = o.answer,
    last_error = o.error, status = CASE WHEN o.status = ${FAILED}
      AND w.resumed_at > clock_timestamp() - interval '${DELIVERY_MS_MAX} ms' THEN ${PENDING} ELSE o.status END
  FROM (${arrayRows(OUTCOME)}) AS o, webhooks w
  WHERE deliveries.id = o.id AND deliveries.status = ${PENDING} AND w.id = deliveries.webhook_id
  RETURNING deliveries.id, deliveries.status`;

interface ClaimRow {
  readonly customer_id: string;
  readonly claim: string;
  readonly failures: number;
  readonly restarted_at: string | null;
}

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
  /** The duration of a claim, in milliseconds. */
  readonly claimMs: number;
  /** How often a claim has to be renewed, in milliseconds. */
  readonly renewalMs: number;

  constructor(database: Database, claimMs = CLAIM_MS) {
    this.#database = database;
    this.claimMs = claimMs;
    this.renewalMs = claimMs / RENEWALS_PER_CLAIM;
  }

  /** Claims at most `lanesMax` lanes of a webhook that are due. */
  async claim(webhookId: number, lanesMax: number): Promise<Lane[]> {
    const parameters = [webhookId, lanesMax, this.claimMs / 1000];
    const rows = await run<ClaimRow>(sqlOf(this.#database), CLAIM, parameters);
    return rows.map((row) => ({
      webhookId,
      customerId: Number(row.customer_id),
      failures: { count: row.failures, restartedAt: row.restarted_at },
      claim: Number(row.claim),
    }));
  }

  /** Renews claims. @returns the lanes whose claim was renewed: no other process has claimed them, nor were they settled */
  async renew(lanes: readonly Lane[]): Promise<Lane[]> {
    const rows = await run<{ claim: string }>(sqlOf(this.#database), RENEW, [
      this.claimMs / 1000,
      lanes.map(({ webhookId }) => webhookId),
      lanes.map(({ customerId }) => customerId),
      lanes.map(({ claim }) => claim),
    ]);
    const renewed = new Set(rows.map(({ claim }) => Number(claim)));
    return lanes.filter(({ claim }) => renewed.has(claim));
  }

  /** The next deliveries of a lane, in order. */
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
   * Stores the outcomes of the attempts and releases the lane: it is due again after the pause, or deleted if no
   * delivery is left. If its webhook was restarted since the failed attempt began, it is due at once.
   *
   * @param failures those of the message that failed; null if none did
   * @returns the ids of the deliveries that are given up; null, without storing anything, if the claim had expired
   */
  settle(
    lane: Lane,
    outcomes: readonly Outcome[],
    pauseMs: number,
    failures: Failures | null = null,
  ): Promise<string[] | null> {
    return inTransaction(this.#database, async (sql) => {
      const { webhookId, customerId, claim } = lane;
      const give = `UPDATE lanes SET held = false, due_at = clock_timestamp() + make_interval(secs => $4),
          failures = coalesce($5, failures), restarted_at = coalesce($6::timestamptz, restarted_at)
        WHERE webhook_id = $1 AND customer_id = $2 AND claim = $3 RETURNING 1`;
      const counted = [failures?.count ?? null, failures?.restartedAt ?? null];
      const held = await run(sql, give, [webhookId, customerId, claim, pauseMs / 1000, ...counted]);
      if (held.length === 0) return null;
      // A statement after the lane was locked sees each restart that passed over the lane while it was held.
      const hurry = `UPDATE lanes SET due_at = clock_timestamp() WHERE webhook_id = $1 AND customer_id = $2
        AND $3::timestamptz <> (SELECT ${RESTARTED_AT} FROM webhooks WHERE id = $1)`;
      if (failures !== null) await run(sql, hurry, [webhookId, customerId, failures.restartedAt]);
      const settled = await run<{ id: string; status: number }>(sql, SETTLE, [
        outcomes.map(({ deliveryId }) => deliveryId),
        outcomes.map(({ status }) => codeOf(DELIVERY_STATUSES, status)),
        outcomes.map(({ atMs }) => new Date(atMs).toISOString()),
        outcomes.map(({ answer }) => answer),
        outcomes.map(({ error }) => error),
      ]);
      // A concurrent insert into the lane waits for this row's lock and then creates the row again.
      const close = `DELETE FROM lanes WHERE webhook_id = $1 AND customer_id = $2 AND NOT EXISTS (
        SELECT 1 FROM deliveries d
        WHERE d.webhook_id = lanes.webhook_id AND d.customer_id = lanes.customer_id AND d.status = ${PENDING})`;
      await run(sql, close, [webhookId, customerId]);
      return settled.filter(({ status }) => status === FAILED).map(({ id }) => id);
    });
  }
}
