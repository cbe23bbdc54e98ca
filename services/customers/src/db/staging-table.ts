/**
 * Staging of atomic uploads: while an upload arrives, its lines are staged, one transaction per chunk, so that no
 * transaction is open while the caller sends. At the end one statement moves all of them in. The tables are unlogged,
 * because a staging is useless after a crash: if PostgreSQL loses lines, the move detects that, and the caller has to
 * send the upload again.
 */
import { BULK_ERRORS_MAX, CUSTOMER_STATUSES, isoTime } from '@mo/contracts';
import { arrayRows, codeOf, column, columnNames, type Database, run, type Sql, sqlOf } from '@mo/database';
import { formatMoney } from '@mo/money';
import { unavailable } from '@mo/service-kit';
import type { GoodLine } from '../bulk/check-line.ts';
import { FORGET_ROWS_MAX, MOVE_ABANDONED_MS, STAGING_STALE_MS } from '../bulk/limits.ts';
import { orphansOf } from './orphans.ts';
import type { Attempt } from './uploads-table.ts';

const LINE = {
  line: 'bigint',
  external_id: 'text',
  status: 'smallint',
  score: 'numeric',
  preapproved_at: 'timestamptz',
};

const STAGE = `
  WITH staging AS (UPDATE stagings SET touched_at = clock_timestamp() WHERE id = $1 RETURNING id)
  INSERT INTO staged_customers (staging_id, ${columnNames(LINE)})
  SELECT staging.id, new.* FROM staging, (${arrayRows(LINE, 2)}) AS new
  RETURNING 1`;

/** Lines whose external_id is taken: by an earlier line, or by a customer that this upload didn't create. */
const TAKEN = `
  WITH placed AS (
    SELECT line, external_id, row_number() OVER (PARTITION BY external_id ORDER BY line) AS nth
    FROM staged_customers WHERE staging_id = $1
  )
  SELECT p.line, p.external_id, count(*) OVER () AS total
  FROM placed p LEFT JOIN customers c ON c.external_id = p.external_id
  WHERE p.nth > 1 OR (c.id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM upload_customers u WHERE u.upload_id = $2 AND u.customer_id = c.id))
  ORDER BY p.line LIMIT ${BULK_ERRORS_MAX}`;

/**
 * Skips only lines whose customer an earlier attempt of this upload created; an external_id that was taken otherwise
 * since `TAKEN` ran causes a conflict. Subqueries look up each line through two indexes, whatever row counts the
 * planner assumes. A join would be planned by the estimated number of rows, which is still unknown right after an
 * attempt with a million lines.
 */
const MOVE = `
  WITH new AS MATERIALIZED (
    SELECT nextval('customers_id_seq') AS id, staged.* FROM (
      SELECT s.external_id, s.status, s.score, s.preapproved_at FROM staged_customers s
      WHERE s.staging_id = $1 AND (
        SELECT u.customer_id FROM upload_customers u
        WHERE u.upload_id = $5 AND u.customer_id = (SELECT c.id FROM customers c WHERE c.external_id = s.external_id)
        LIMIT 1
      ) IS NULL
      ORDER BY s.line
    ) staged
  ), registered AS (
    INSERT INTO customers (id, external_id, status, score, preapproved_at, created_at, updated_at)
    SELECT id, external_id, status, score, preapproved_at, $2::timestamptz, $2::timestamptz FROM new ORDER BY external_id
  ), opened AS (
    INSERT INTO balances (customer_id, version, last_time) SELECT id, 1, $2::timestamptz FROM new
  ), journaled AS (
    INSERT INTO journal (customer_id, version, type, data, seen, time, traceparent)
    SELECT id, 1, 'CustomerRegistered', json_build_object(
        'customer_id', id, 'customer_external_id', external_id, 'status', ($3::text[])[status], 'score', score::text,
        'preapproved_at', to_char(preapproved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
      '{}', $2::timestamptz, $4 FROM new
  ), noted AS (
    INSERT INTO upload_customers (upload_id, customer_id, attempt) SELECT $5, id, $6 FROM new WHERE $5::bigint IS NOT NULL
  ), queued AS (
    INSERT INTO outbox (customer_id, version) SELECT id, 1 FROM new ORDER BY id
  )
  SELECT count(*) AS moved FROM new`;

const FORGET_LINES = orphansOf('staged_customers', 'staging_id', 'stagings');

const TOUCH = `UPDATE stagings SET touched_at = clock_timestamp()
  WHERE id = (SELECT id FROM stagings WHERE id = $1 FOR UPDATE SKIP LOCKED)`;

/** Creates a staging. */
export async function beginStaging(sql: Sql): Promise<number> {
  const [row] = await run<{ id: string }>(sql, 'INSERT INTO stagings DEFAULT VALUES RETURNING id');
  return Number(row?.id);
}

/** Marks a staging as in use, unless its row is locked: then it is about to move in. */
export async function touch(database: Database, stagingId: number): Promise<void> {
  await run(sqlOf(database), TOUCH, [stagingId]);
}

/** @throws ProblemError unavailable, if the staging is gone */
export async function stage(sql: Sql, stagingId: number, lines: readonly GoodLine[]): Promise<void> {
  const staged = await run(sql, STAGE, [
    stagingId,
    column(lines, ({ line }) => line),
    column(lines, ({ customer }) => customer.external_id),
    column(lines, ({ customer }) => codeOf(CUSTOMER_STATUSES, customer.status)),
    column(lines, ({ customer }) => formatMoney(customer.score)),
    column(lines, ({ customer }) => customer.preapproved_at?.toISOString() ?? null),
  ]);
  if (staged.length < lines.length) throw lost();
}

/**
 * Locks the staging for the rest of the transaction, which may be long.
 *
 * @param msMax after which the database ends the transaction and its session
 * @throws ProblemError unavailable, as above
 */
export async function holdStaging(sql: Sql, stagingId: number, lines: number, msMax: number): Promise<void> {
  await run(sql, `SET LOCAL transaction_timeout = ${msMax}`);
  await run(sql, 'SET LOCAL statement_timeout = 0');
  await run(sql, `SET LOCAL client_connection_check_interval = ${MOVE_ABANDONED_MS}`);
  const held = await run(sql, 'SELECT 1 FROM stagings WHERE id = $1 FOR UPDATE', [stagingId]);
  const text = 'SELECT count(*) AS lines FROM staged_customers WHERE staging_id = $1';
  const [row] = await run<{ lines: string }>(sql, text, [stagingId]);
  if (held.length === 0 || Number(row?.lines) !== lines) throw lost();
}

/** The first staged lines whose external_id is taken, and the number of all such lines. */
export async function takenLines(sql: Sql, stagingId: number, attempt: Attempt | null) {
  const parameters = [stagingId, attempt?.uploadId ?? null];
  const rows = await run<{ line: string; external_id: string; total: string }>(sql, TAKEN, parameters);
  const lines = rows.map((row) => ({ line: Number(row.line), externalId: row.external_id }));
  return { lines, total: Number(rows[0]?.total ?? 0) };
}

/**
 * Registers the staged customers that no earlier attempt has registered.
 *
 * @returns their number
 * @throws StoreConflictError if an external_id was taken meanwhile
 */
export async function moveIn(
  sql: Sql,
  stagingId: number,
  { nowMs, traceparent, attempt }: { nowMs: number; traceparent: string | null; attempt: Attempt | null },
): Promise<number> {
  const time = isoTime(nowMs);
  const { uploadId = null, attempt: number = null } = attempt ?? {};
  const parameters = [stagingId, time, CUSTOMER_STATUSES, traceparent, uploadId, number];
  const [row] = await run<{ moved: string }>(sql, MOVE, parameters);
  return Number(row?.moved);
}

/** Deletes a staging and, in batches, its lines. */
export async function discard(database: Database, stagingId: number): Promise<void> {
  const sql = sqlOf(database);
  await run(sql, 'DELETE FROM stagings WHERE id = $1', [stagingId]);
  const text = `DELETE FROM staged_customers WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM staged_customers WHERE staging_id = $1 LIMIT ${FORGET_ROWS_MAX})) RETURNING 1`;
  while ((await run(sql, text, [stagingId])).length > 0);
}

/**
 * Deletes stagings that were left behind by processes that are gone; at most FORGET_ROWS_MAX lines per call.
 *
 * @returns whether there may be more
 */
export async function forgetStagings(sql: Sql): Promise<boolean> {
  await run(
    sql,
    `DELETE FROM stagings WHERE id IN (
       SELECT id FROM stagings WHERE touched_at < clock_timestamp() - $1 * interval '1 millisecond'
       FOR UPDATE SKIP LOCKED)`,
    [STAGING_STALE_MS],
  );
  return (await run(sql, FORGET_LINES, [FORGET_ROWS_MAX])).length > 0;
}

const lost = () => unavailable('the staged lines were deleted: send the file again');
