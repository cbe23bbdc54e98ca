/** The table of webhooks. */
import { type NewWebhook, WEBHOOK_STATUSES, type WebhookChange, type WebhookStatus } from '@mo/contracts';
import { codeOf, type Database, inTransaction, readPage, run, type Sql, sqlOf } from '@mo/database';
import { RESTARTED_AT } from '../delivery/lanes.ts';
import type { Receiver } from '../delivery/sender.ts';
import { newSecret } from '../delivery/signature.ts';
import { AWAIT_INTAKE } from './subscribing.ts';

/** Excludes removed webhooks. Limited because each event stores one delivery per webhook that subscribes to it. */
export const WEBHOOKS_MAX = 100;
/**
 * Lanes of a webhook, and likewise deliveries, that one transaction changes. A webhook may have more than can be changed
 * within a statement's time limit. What a request leaves is continued by `makeMoreDue` and `giveUpMore`, in any process.
 */
export const ROWS_AT_ONCE_MAX = 10_000;

/** As the driver returns it. */
export type Time = Date | string;

export interface WebhookRow {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly event_types: string[];
  readonly status: number;
  readonly disabled_reason: string | null;
  readonly created_at: Time;
  readonly created_by: string;
  readonly updated_at: Time;
}

const COLUMNS = 'id, url, description, event_types, status, disabled_reason, created_at, created_by, updated_at';
const ACTIVE = codeOf(WEBHOOK_STATUSES, 'active');
const DISABLED = codeOf(WEBHOOK_STATUSES, 'disabled');
const REMOVED = codeOf(WEBHOOK_STATUSES, 'removed');
const NOT_PAUSED = '(paused_until > clock_timestamp()) IS NOT TRUE';

/** The most former secrets that are kept besides the old one: a message has one signature per valid secret. */
const FORMER_SECRETS_MAX = 4;
const COUNTS = `(former->>'until')::timestamptz > clock_timestamp()`;

export interface WebhooksWanted {
  readonly status?: WebhookStatus | undefined;
  readonly before: number | null;
  readonly limit: number;
}

/** Requests change webhooks in a transaction of the caller, `sql`, which also stores their answers. */
export class WebhookTable {
  readonly #database: Database;
  readonly #rowsMax: number;

  /** @param rowsMax tests set fewer */
  constructor(database: Database, rowsMax = ROWS_AT_ONCE_MAX) {
    this.#database = database;
    this.#rowsMax = rowsMax;
  }

  /**
   * Creates a webhook, which gets the events taken in from now on. Null if WEBHOOKS_MAX is reached.
   *
   * @throws StoreBusyError as `change` does
   */
  async create(sql: Sql, { url, event_types: types, description }: NewWebhook, by: string) {
    // Serializes creation, too: otherwise two transactions could both count the last free place as theirs.
    await run(sql, `SELECT ${AWAIT_INTAKE}`);
    const secret = newSecret();
    const text = `INSERT INTO webhooks (url, event_types, description, created_by, secret, status)
      SELECT $1::text, $2::text[], $3::text, $4::text, $5::text, ${ACTIVE}
      WHERE (SELECT count(*) FROM webhooks WHERE status <> ${REMOVED}) < ${WEBHOOKS_MAX} RETURNING ${COLUMNS}`;
    const [row] = await run<WebhookRow>(sql, text, [url, types, description, by, secret]);
    return row === undefined ? null : { row, secret };
  }

  async find(id: number, sql: Sql = sqlOf(this.#database)): Promise<WebhookRow | null> {
    const [row] = await run<WebhookRow>(sql, `SELECT ${COLUMNS} FROM webhooks WHERE id = $1`, [id]);
    return row ?? null;
  }

  /** Finds a webhook that is not removed. */
  async findKept(sql: Sql, id: number): Promise<WebhookRow | null> {
    const row = await this.find(id, sql);
    return row?.status === REMOVED ? null : row;
  }

  /** Newest first; one row more than the limit if there are more. */
  list({ status, before, limit }: WebhooksWanted): Promise<WebhookRow[]> {
    return readPage<WebhookRow>(sqlOf(this.#database), {
      select: `SELECT ${COLUMNS} FROM webhooks`,
      id: 'id',
      before,
      where: [['status = $', status && codeOf(WEBHOOK_STATUSES, status)]],
      limit,
    });
  }

  /**
   * Changes a webhook that is not removed. If it is then active and the change set its status or URL, it is restarted: no
   * pause is left, its pending deliveries are due, the first of them at once, the others by `makeMoreDue`, and their
   * backoff starts again. If it was activated or its URL changed, they are attempted for another three days. Null if there
   * is no such webhook.
   *
   * @throws StoreBusyError if events that the webhook may want have been taken in for too long
   */
  async change(sql: Sql, id: number, change: WebhookChange): Promise<WebhookRow | null> {
    const { url, event_types: types, description, status } = change;
    // Only if the webhook will get events that it does not get now: the lock stops all intake while it is waited for.
    const subscribe = `SELECT CASE WHEN status = ${DISABLED} AND $2 OR status = ${ACTIVE} AND NOT $3 <@ event_types
        THEN ${AWAIT_INTAKE} END
      FROM (SELECT status, event_types FROM webhooks WHERE id = $1 FOR NO KEY UPDATE) webhook`;
    if (status === 'active' || types !== undefined) await run(sql, subscribe, [id, status === 'active', types ?? []]);
    const text = `UPDATE webhooks SET updated_at = clock_timestamp(), url = coalesce($2, url),
        event_types = coalesce($3, event_types), description = coalesce($4, description), status = coalesce($5, status),
        disabled_reason = CASE WHEN $5 IS NULL THEN disabled_reason END,
        paused_until = CASE WHEN $2 IS NULL AND $5 IS NULL THEN paused_until END,
        resumed_at = CASE WHEN coalesce($5, status) = ${ACTIVE} AND (status <> ${ACTIVE} OR url <> coalesce($2, url))
          THEN clock_timestamp() ELSE resumed_at END,
        restarted_at = CASE WHEN coalesce($5, status) = ${ACTIVE} AND ($2 IS NOT NULL OR $5 IS NOT NULL)
          THEN clock_timestamp() ELSE restarted_at END
      WHERE id = $1 AND status <> ${REMOVED} RETURNING ${COLUMNS}`;
    const code = status === undefined ? null : codeOf(WEBHOOK_STATUSES, status);
    const [row] = await run<WebhookRow>(sql, text, [id, url ?? null, types ?? null, description ?? null, code]);
    if (row === undefined) return null;
    if (row.status === ACTIVE && (url ?? status) !== undefined) await makeDue(sql, id, 0, this.#rowsMax);
    return row;
  }

  /** Makes more lanes due of a webhook of which `change` left some. @returns whether there may be others */
  makeMoreDue(): Promise<boolean> {
    return inTransaction(this.#database, async (sql) => {
      // A row that is locked is being changed, or another process is making its lanes due.
      const text = `SELECT id, due_up_to FROM webhooks WHERE status = ${ACTIVE} AND due_up_to IS NOT NULL
        LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`;
      const [row] = await run<{ id: string; due_up_to: string }>(sql, text);
      if (row === undefined) return false;
      await makeDue(sql, Number(row.id), Number(row.due_up_to), this.#rowsMax);
      return true;
    });
  }

  /**
   * Removes a webhook, and gives up the first of its pending deliveries; the others are given up by `giveUpMore`. Null if
   * there is none; a second removal changes nothing else.
   */
  async remove(sql: Sql, id: number): Promise<WebhookRow | null> {
    const text = `UPDATE webhooks SET status = ${REMOVED}, updated_at = CASE WHEN status = ${REMOVED} THEN updated_at
      ELSE clock_timestamp() END WHERE id = $1 RETURNING ${COLUMNS}`;
    const [row] = await run<WebhookRow>(sql, text, [id]);
    if (row === undefined) return null;
    await giveUp(sql, id, this.#rowsMax);
    return row;
  }

  /**
   * Gives up more pending deliveries of each removed webhook: those that `remove` left, and those that were added
   * meanwhile. @returns whether there may be others
   */
  async giveUpMore(): Promise<boolean> {
    const text = `SELECT id FROM webhooks w WHERE status = ${REMOVED} AND (
      EXISTS (SELECT 1 FROM deliveries d WHERE d.webhook_id = w.id AND d.status = 1)
      OR EXISTS (SELECT 1 FROM lanes WHERE lanes.webhook_id = w.id))`;
    const rows = await run<{ id: string }>(sqlOf(this.#database), text);
    let isMore = false;
    for (const { id } of rows)
      if (await inTransaction(this.#database, (sql) => giveUp(sql, Number(id), this.#rowsMax))) isMore = true;
    return isMore;
  }

  /**
   * Disables a webhook, with a reason for its owner, unless it was restarted since the receiver that caused this was read.
   *
   * @returns whether it did
   */
  async disable(id: number, { restartedAt }: Receiver, reason: string): Promise<boolean> {
    const text = `UPDATE webhooks SET status = ${DISABLED}, disabled_reason = $3, updated_at = clock_timestamp()
      WHERE id = $1 AND ${RESTARTED_AT} = $2::timestamptz AND status = ${ACTIVE} RETURNING 1`;
    return (await run(sqlOf(this.#database), text, [id, restartedAt, reason])).length > 0;
  }

  /** Sends nothing to a webhook for so many milliseconds, unless it was restarted since its receiver was read. */
  async pause(id: number, { restartedAt }: Receiver, pauseMs: number): Promise<void> {
    const text = `UPDATE webhooks SET paused_until = greatest(paused_until, clock_timestamp() + make_interval(secs => $3))
      WHERE id = $1 AND ${RESTARTED_AT} = $2::timestamptz AND status = ${ACTIVE}`;
    await run(sqlOf(this.#database), text, [id, restartedAt, pauseMs / 1_000]);
  }

  /**
   * Replaces the secret. During the overlap, messages are also signed with the old secret, and with former ones until
   * each expires. With an overlap of 0 s only the new secret is valid. Null if there is no such webhook.
   */
  async rotateSecret(sql: Sql, id: number, overlapSeconds: number) {
    const secret = newSecret();
    const text = `UPDATE webhooks SET updated_at = clock_timestamp(), old_secret = secret, secret = $2,
        old_secret_until = clock_timestamp() + make_interval(secs => $3),
        former_secrets = CASE WHEN $3 = 0 THEN '[]' ELSE (SELECT coalesce(jsonb_agg(former), '[]') FROM (
          SELECT former FROM jsonb_array_elements(CASE WHEN old_secret IS NULL THEN '[]' ELSE jsonb_build_array(
            jsonb_build_object('secret', old_secret, 'until', old_secret_until)) END || former_secrets) AS former
          WHERE ${COUNTS} LIMIT ${FORMER_SECRETS_MAX}) kept) END
      WHERE id = $1 AND status <> ${REMOVED} RETURNING ${COLUMNS}`;
    const [row] = await run<WebhookRow>(sql, text, [id, secret, overlapSeconds]);
    return row === undefined ? null : { row, secret };
  }

  /** Ids of active webhooks with lanes that are due, except those that pause. */
  async active(): Promise<number[]> {
    const text = `SELECT id FROM webhooks WHERE status = ${ACTIVE} AND ${NOT_PAUSED}
      AND EXISTS (SELECT 1 FROM lanes WHERE webhook_id = webhooks.id AND due_at <= clock_timestamp())`;
    const rows = await run<{ id: string }>(sqlOf(this.#database), text);
    return rows.map(({ id }) => Number(id));
  }

  /** The current URL and valid secrets of a webhook; null if it is not active, or pauses. */
  async receiverOf(id: number): Promise<Receiver | null> {
    const text = `SELECT url, ${RESTARTED_AT}::text AS "restartedAt", array_remove(ARRAY[secret,
        CASE WHEN old_secret_until > clock_timestamp() THEN old_secret END], NULL)
        || ARRAY(SELECT former->>'secret' FROM jsonb_array_elements(former_secrets) AS former WHERE ${COUNTS}) AS secrets
      FROM webhooks WHERE id = $1 AND status = ${ACTIVE} AND ${NOT_PAUSED}`;
    const [row] = await run<Receiver>(sqlOf(this.#database), text, [id]);
    return row ?? null;
  }
}

/**
 * Makes lanes of a webhook due, except those that a process is working on: the next `rowsMax` in the order of their
 * customers, above a given one, without those that failed since the restart. Like all others, it locks lanes in this
 * order, and then sees which are still held. The webhook notes how far it came.
 */
const makeDue = (sql: Sql, id: number, above: number, rowsMax: number) =>
  run(
    sql,
    `WITH next AS MATERIALIZED (
        SELECT customer_id, held FROM lanes WHERE webhook_id = $1 AND customer_id > $2
        ORDER BY customer_id LIMIT ${rowsMax} FOR UPDATE),
      due AS (
        UPDATE lanes SET due_at = clock_timestamp() WHERE webhook_id = $1
          AND customer_id = ANY (ARRAY(SELECT customer_id FROM next WHERE NOT held))
          AND restarted_at IS DISTINCT FROM (SELECT ${RESTARTED_AT} FROM webhooks WHERE id = $1))
      UPDATE webhooks SET due_up_to = (SELECT CASE WHEN count(*) = ${rowsMax} THEN max(customer_id) END FROM next)
      WHERE id = $1`,
    [id, above],
  );

/**
 * Gives up the next pending deliveries of a removed webhook, after it has closed their lanes. The arrays keep the plan
 * from reading the whole table. @returns whether there may be others
 */
async function giveUp(sql: Sql, id: number, rowsMax: number): Promise<boolean> {
  const close = `DELETE FROM lanes WHERE webhook_id = $1 AND customer_id = ANY (ARRAY(
    SELECT customer_id FROM lanes WHERE webhook_id = $1
    ORDER BY customer_id LIMIT ${rowsMax} FOR UPDATE)) RETURNING 1`;
  const drop = `UPDATE deliveries SET status = 3, last_error = 'the webhook was removed' WHERE id = ANY (ARRAY(
    SELECT id FROM deliveries WHERE webhook_id = $1 AND status = 1
    ORDER BY customer_id, id LIMIT ${rowsMax} FOR NO KEY UPDATE)) RETURNING 1`;
  const changed = [await run(sql, close, [id]), await run(sql, drop, [id])];
  return changed.some(({ length }) => length === rowsMax);
}
