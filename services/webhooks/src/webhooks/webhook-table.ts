/** The webhooks themselves. */
import { type NewWebhook, WEBHOOK_STATUSES, type WebhookChange, type WebhookStatus } from '@mo/contracts';
import { type Database, inTransaction, run, type Sql, sqlOf } from '@mo/database';
import { codeOf, readPage } from '@mo/messaging';
import type { Receiver } from '../delivery/sender.ts';
import { newSecret } from '../delivery/signature.ts';

/** Those that are removed left out: each event is written down once for each that wants it. */
export const WEBHOOKS_MAX = 100;

/** As the driver gives it. */
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

/** A message has a signature by each secret that counts: of those before the old one, so many at most. */
const FORMER_SECRETS_MAX = 4;
const COUNTS = `(former->>'until')::timestamptz > clock_timestamp()`;

export interface WebhooksWanted {
  readonly status?: WebhookStatus | undefined;
  readonly before: number | null;
  readonly limit: number;
}

export class WebhookTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Makes one, which is told of what comes from now on. Null where there are as many as there may be. */
  create({ url, event_types: types, description }: NewWebhook, by: string) {
    return inTransaction(this.#database, async (sql) => {
      // One after the other, or two would both be the last for which there is room.
      await run(sql, 'LOCK TABLE webhooks IN SHARE ROW EXCLUSIVE MODE');
      const secret = newSecret();
      const text = `INSERT INTO webhooks (url, event_types, description, created_by, secret, status)
        SELECT $1::text, $2::text[], $3::text, $4::text, $5::text, ${ACTIVE}
        WHERE (SELECT count(*) FROM webhooks WHERE status <> ${REMOVED}) < ${WEBHOOKS_MAX} RETURNING ${COLUMNS}`;
      const [row] = await run<WebhookRow>(sql, text, [url, types, description, by, secret]);
      return row === undefined ? null : { row, secret };
    });
  }

  async find(id: number): Promise<WebhookRow | null> {
    const [row] = await run<WebhookRow>(sqlOf(this.#database), `SELECT ${COLUMNS} FROM webhooks WHERE id = $1`, [id]);
    return row ?? null;
  }

  /** One that is not removed. */
  async findKept(id: number): Promise<WebhookRow | null> {
    const row = await this.find(id);
    return row?.status === REMOVED ? null : row;
  }

  /** The newest first; one more than the limit, where there are more. */
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
   * Changes one that is not removed; what it waits to be told is due at once, if it is active or elsewhere now, and for three days
   * more, if it was not before. Null where there is none.
   */
  change(id: number, { url, event_types: types, description, status }: WebhookChange): Promise<WebhookRow | null> {
    return inTransaction(this.#database, async (sql) => {
      const text = `UPDATE webhooks SET updated_at = clock_timestamp(), url = coalesce($2, url),
          event_types = coalesce($3, event_types), description = coalesce($4, description), status = coalesce($5, status),
          disabled_reason = CASE WHEN $5 IS NULL THEN disabled_reason END,
          resumed_at = CASE WHEN coalesce($5, status) = ${ACTIVE} AND (status <> ${ACTIVE} OR url <> coalesce($2, url))
            THEN clock_timestamp() ELSE resumed_at END
        WHERE id = $1 AND status <> ${REMOVED} RETURNING ${COLUMNS}`;
      const code = status === undefined ? null : codeOf(WEBHOOK_STATUSES, status);
      const [row] = await run<WebhookRow>(sql, text, [id, url ?? null, types ?? null, description ?? null, code]);
      if (row === undefined) return null;
      if (row.status === ACTIVE && (url ?? status) !== undefined) await makeDue(sql, id);
      return row;
    });
  }

  /** It is told of nothing more, and what it waited for is given up. Null where there is none; a removed one stays so. */
  remove(id: number): Promise<WebhookRow | null> {
    return inTransaction(this.#database, async (sql) => {
      const text = `UPDATE webhooks SET status = ${REMOVED}, updated_at = CASE WHEN status = ${REMOVED} THEN updated_at
        ELSE clock_timestamp() END WHERE id = $1 RETURNING ${COLUMNS}`;
      const [row] = await run<WebhookRow>(sql, text, [id]);
      if (row === undefined) return null;
      await giveUp(sql, [id]);
      return row;
    });
  }

  /** Gives up what came to be waited for while a webhook was being removed. */
  giveUpRemoved(): Promise<void> {
    return inTransaction(this.#database, async (sql) => {
      const text = `SELECT id FROM webhooks w WHERE status = ${REMOVED} AND EXISTS (
        SELECT 1 FROM deliveries d WHERE d.webhook_id = w.id AND d.status = 1) FOR UPDATE`;
      const rows = await run<{ id: string }>(sql, text);
      await giveUp(
        sql,
        rows.map(({ id }) => Number(id)),
      );
    });
  }

  /** Disables one for a reason that its owner is told, if messages still go to the URL that gave it. */
  async disable(id: number, url: string, reason: string): Promise<void> {
    const text = `UPDATE webhooks SET status = ${DISABLED}, disabled_reason = $3, updated_at = clock_timestamp()
      WHERE id = $1 AND url = $2 AND status = ${ACTIVE}`;
    await run(sqlOf(this.#database), text, [id, url, reason]);
  }

  /**
   * Gives one a new secret; messages are signed with the old one, too, for a while, and with those before it as long as they
   * were to count. Without an overlap none of them counts any more. Null where there is none.
   */
  async rotateSecret(id: number, overlapSeconds: number) {
    const secret = newSecret();
    const text = `UPDATE webhooks SET updated_at = clock_timestamp(), old_secret = secret, secret = $2,
        old_secret_until = clock_timestamp() + make_interval(secs => $3),
        former_secrets = CASE WHEN $3 = 0 THEN '[]' ELSE (SELECT coalesce(jsonb_agg(former), '[]') FROM (
          SELECT former FROM jsonb_array_elements(CASE WHEN old_secret IS NULL THEN '[]' ELSE jsonb_build_array(
            jsonb_build_object('secret', old_secret, 'until', old_secret_until)) END || former_secrets) AS former
          WHERE ${COUNTS} LIMIT ${FORMER_SECRETS_MAX}) kept) END
      WHERE id = $1 AND status <> ${REMOVED} RETURNING ${COLUMNS}`;
    const [row] = await run<WebhookRow>(sqlOf(this.#database), text, [id, secret, overlapSeconds]);
    return row === undefined ? null : { row, secret };
  }

  /** Those that want messages now and have some that are due, by id. */
  async active(): Promise<number[]> {
    const text = `SELECT id FROM webhooks WHERE status = ${ACTIVE}
      AND EXISTS (SELECT 1 FROM lanes WHERE webhook_id = webhooks.id AND due_at <= clock_timestamp())`;
    const rows = await run<{ id: string }>(sqlOf(this.#database), text);
    return rows.map(({ id }) => Number(id));
  }

  /** Whom the messages of one go to now, and the secrets that count; null where it wants none. */
  async receiverOf(id: number): Promise<Receiver | null> {
    const text = `SELECT url, array_remove(ARRAY[secret,
        CASE WHEN old_secret_until > clock_timestamp() THEN old_secret END], NULL)
        || ARRAY(SELECT former->>'secret' FROM jsonb_array_elements(former_secrets) AS former WHERE ${COUNTS}) AS secrets
      FROM webhooks WHERE id = $1 AND status = ${ACTIVE}`;
    const [row] = await run<Receiver>(sqlOf(this.#database), text, [id]);
    return row ?? null;
  }
}

/** A lane that somebody works on stays with them. */
const makeDue = (sql: Sql, id: number) =>
  run(sql, 'UPDATE lanes SET due_at = clock_timestamp() WHERE webhook_id = $1 AND NOT held', [id]);

/** What a removed one waited for. */
async function giveUp(sql: Sql, ids: readonly number[]): Promise<void> {
  await run(sql, 'DELETE FROM lanes WHERE webhook_id = ANY ($1::bigint[])', [ids]);
  const text = `UPDATE deliveries SET status = 3, last_error = 'the webhook was removed'
    WHERE webhook_id = ANY ($1::bigint[]) AND status = 1`;
  await run(sql, text, [ids]);
}
