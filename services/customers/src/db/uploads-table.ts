/**
 * Uploads with an Idempotency-Key, and the customers that each of them created. When an upload is sent again, a line
 * whose customer the same upload created counts as created, once per attempt.
 */
import { run, type Sql } from '@mo/database';
import { KEY_LIFETIME_MS } from '@mo/messaging';
import { FORGET_ROWS_MAX } from '../bulk/limits.ts';
import { orphansOf } from './orphans.ts';

/** One attempt of an upload: the caller sends it again for the next. */
export interface Attempt {
  readonly uploadId: number;
  readonly attempt: number;
}

const FORGET_ONE = 'DELETE FROM uploads WHERE key = $1 AND created_at <= $2::timestamptz';

const BEGIN = `
  INSERT INTO uploads AS known (key, attempts, created_at) VALUES ($1, 1, $2::timestamptz)
  ON CONFLICT (key) DO UPDATE SET attempts = known.attempts + 1
  RETURNING id, attempts`;

const NOTE = `
  INSERT INTO upload_customers (upload_id, customer_id, attempt)
  SELECT $1, unnest($3::bigint[]), $2`;

/** Looks up each name by index, whatever row counts the planner assumes for tables that have just grown. */
const MATCH = `
  WITH matched AS (
    INSERT INTO upload_customers (upload_id, customer_id, attempt)
    SELECT $1, c.id, $2 FROM unnest($3::text[]) AS want (external_id)
    CROSS JOIN LATERAL (SELECT id FROM customers WHERE external_id = want.external_id LIMIT 1) c
    CROSS JOIN LATERAL (SELECT 1 FROM upload_customers WHERE upload_id = $1 AND customer_id = c.id LIMIT 1) known
    ORDER BY c.id
    ON CONFLICT DO NOTHING
    RETURNING customer_id
  )
  SELECT c.external_id FROM matched CROSS JOIN LATERAL (SELECT external_id FROM customers WHERE id = matched.customer_id LIMIT 1) c`;

const FORGET_CUSTOMERS = orphansOf('upload_customers', 'upload_id', 'uploads');

/** Begins an attempt of the upload with this key; an expired key starts a new upload. */
export async function beginAttempt(sql: Sql, key: Buffer, nowMs: number): Promise<Attempt> {
  await run(sql, FORGET_ONE, [key, oldest(nowMs)]);
  const [row] = await run<{ id: string; attempts: number }>(sql, BEGIN, [key, new Date(nowMs).toISOString()]);
  return { uploadId: Number(row?.id), attempt: Number(row?.attempts) };
}

/** Stores which customers the attempt has created. */
export async function noteCreated(sql: Sql, { uploadId, attempt }: Attempt, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await run(sql, NOTE, [uploadId, attempt, ids]);
}

/** Returns, and marks as matched, external_ids that an earlier attempt created and this one has not matched yet. */
export async function matchCreated(
  sql: Sql,
  { uploadId, attempt }: Attempt,
  externalIds: readonly string[],
): Promise<string[]> {
  if (externalIds.length === 0) return [];
  const rows = await run<{ external_id: string }>(sql, MATCH, [uploadId, attempt, externalIds]);
  return rows.map((row) => row.external_id);
}

/**
 * Deletes expired uploads; at most FORGET_ROWS_MAX rows of their customers per call.
 *
 * @returns whether there may be more
 */
export async function forgetUploads(sql: Sql, nowMs: number): Promise<boolean> {
  await run(sql, 'DELETE FROM uploads WHERE created_at <= $1::timestamptz', [oldest(nowMs)]);
  return (await run(sql, FORGET_CUSTOMERS, [FORGET_ROWS_MAX])).length > 0;
}

const oldest = (nowMs: number): string => new Date(nowMs - KEY_LIFETIME_MS).toISOString();
