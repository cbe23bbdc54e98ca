/**
 * Seed loans. A million of them would take an hour over HTTP, so they are inserted set-wise into the loans database.
 * They are written as the service would write them, with journal and outbox entries under the account's lock, so the
 * relay and the followers do the rest, and reads see the usual state.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Run } from '../run.ts';

/** Loans per transaction. */
const CHUNK_LOANS_MAX = 20_000;
/** A million events take some minutes to reach the followers. */
const SETTLE_MS_MAX = 1_800_000;
/** Writing pauses while the outbox holds more events than this, as a stand-in for the pace of HTTP. */
const OUTBOX_MAX = 100_000;
const OUTBOX_POLL_MS = 200;

/**
 * `$1` customers, `$2` loans for each, `$3` the amount, `$4` the name prefix. As in the service, the decision uses the
 * state that the account has applied: an event names the versions that it has seen, and omits streams without any.
 */
const TAKE = `
  WITH owner AS MATERIALIZED (
    SELECT a.*, date_trunc('milliseconds', clock_timestamp()) AS at FROM accounts a
    WHERE customer_id = ANY($1::bigint[]) ORDER BY customer_id FOR NO KEY UPDATE
  ), loan AS MATERIALIZED (
    SELECT o.customer_id, o.external_id AS owner_name, o.at, o.version + n AS version, nextval('loans_id_seq') AS id,
      $4::text || o.customer_id || '-' || (o.version + n) AS name,
      format('{"customers":%s%s}', o.customers_applied,
        CASE WHEN o.payments_applied > 0 THEN ',"payments":' || o.payments_applied ELSE '' END)::json AS seen
    FROM owner o CROSS JOIN generate_series(1, $2::int) n
  ), made AS (
    INSERT INTO loans (id, external_id, customer_id, amount, outstanding, status, maximum_payment_date, taken_at, created_at, updated_at)
    SELECT id, name, customer_id, $3::numeric, $3::numeric, 2, '2040-01-01T00:00:00Z', at, at, at FROM loan
  ), told AS (
    INSERT INTO journal (customer_id, version, type, data, seen, time)
    SELECT customer_id, version, 'LoanTaken', format(
      '{"customer_id":%s,"customer_external_id":%s,"loan_id":%s,"external_id":%s,"amount":"%s","contract_version":null,'
      '"maximum_payment_date":"2040-01-01T00:00:00.000Z","taken_at":"%s","requested":false}',
      customer_id, to_json(owner_name), id, to_json(name), $3::numeric(12,2),
      to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::json, seen, at
    FROM loan
  ), queued AS (
    INSERT INTO outbox (customer_id, version) SELECT customer_id, version FROM loan ORDER BY customer_id, version
  )
  UPDATE accounts SET version = accounts.version + $2::int, restricted = accounts.version + $2::int,
    debt = accounts.debt + $2::int * $3::numeric, last_taken_at = owner.at, last_time = owner.at
  FROM owner WHERE accounts.customer_id = owner.customer_id`;

/** Gives each customer `each` loans of an amount. Followers receive them later: see `settleSeeds`. */
export async function seedLoans(run: Run, customerIds: readonly number[], each: number, amount: string): Promise<void> {
  const client = await run.databases.connect('loans');
  try {
    for (let from = 0; from < customerIds.length; ) {
      const atOnce = Math.max(1, Math.floor(CHUNK_LOANS_MAX / each));
      const some = customerIds.slice(from, from + atOnce);
      for (let left = each; left > 0; left -= CHUNK_LOANS_MAX) {
        const { rowCount } = await client.query(TAKE, [
          some,
          Math.min(left, CHUNK_LOANS_MAX),
          amount,
          `${run.id}-seed-`,
        ]);
        if (rowCount !== some.length) throw new Error(`loans knows ${rowCount} of ${some.length} customers`);
        await room(client);
      }
      from += some.length;
    }
  } finally {
    await client.end();
  }
}

/** Waits until all seeds are settled. */
export const settleSeeds = ({ settling }: Pick<Run, 'settling'>): Promise<number> => settling.settled(SETTLE_MS_MAX);

async function room(client: pg.Client): Promise<void> {
  const endMs = Date.now() + SETTLE_MS_MAX;
  for (;;) {
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM outbox');
    if (Number(rows[0]?.count) <= OUTBOX_MAX) return;
    if (Date.now() > endMs) throw new Error(`the outbox of loans still holds ${rows[0]?.count} events`);
    await delay(OUTBOX_POLL_MS);
  }
}
