/**
 * What the rows of payments themselves cost: those that the monolith writes, on tables like its own, and those that two services make of
 * them that follow, by one connection that takes so many payments in one transaction, with a statement for all of them wherever a
 * row is locked or written. (They have three, in three databases.) Nobody waits for it, nothing is decided, and nobody is
 * told. It is what a design of batches could come to where everything else were for nothing.
 */
import type pg from 'pg';
import { follow } from './followers.ts';
import { MONOLITH_AMOUNT } from './monolith.ts';
import { type ControlSizes, execute, type Transaction } from './transaction.ts';

/** About as many as a batch of the payments service has where 64 callers wait. */
const TOGETHER = 32;

/** Where its tables are: so many more rows in the monolith's would slow that down, which a bar is held against. */
export const BATCH_SCHEMA = 'batches';

/** As the services have them: a plan that is made while a table is small must not read all of it later. */
export const BATCH_SETTINGS =
  `-c search_path=${BATCH_SCHEMA} ` +
  '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off ' +
  '-c max_parallel_workers_per_gather=0';

export function batchedPayments({ customers: count }: ControlSizes): Transaction {
  const together = Math.min(TOGETHER, count);
  let next = 0;
  return async (client, number) => {
    const ids = Array.from({ length: together }, (_, place) => 1 + ((next + place) % count)).sort((a, b) => a - b);
    next += together;
    await execute(client, 'batch-begin', 'BEGIN');
    try {
      await pay(
        client,
        ids,
        ids.map((_, place) => `any-${number}-${place}`),
      );
      await execute(client, 'batch-commit', 'COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
    return together;
  };
}

const LOCK = `SELECT external_id, version FROM accounts WHERE customer_id = ANY($1::bigint[])
  ORDER BY customer_id FOR NO KEY UPDATE`;
const LOANS = `SELECT loan_id FROM open_loans WHERE customer_id = ANY($1::bigint[]) AND outstanding > 0
  ORDER BY customer_id, taken_at, loan_id FOR UPDATE`;
const REDUCE = 'UPDATE open_loans SET outstanding = outstanding - $2 WHERE loan_id = ANY($1::bigint[])';
const OWE = `UPDATE accounts SET owed = owed - $2, version = version + 1, last_time = $3 WHERE customer_id = ANY($1::bigint[])`;
const PAYMENTS = `INSERT INTO payments (external_id, customer_id, total_amount, status, paid_at, created_at, updated_at)
  SELECT name, customer_id, $3, 1, $4, $4, $4 FROM unnest($1::text[], $2::bigint[]) AS new (name, customer_id) RETURNING id`;
const DETAILS = `INSERT INTO payment_details (payment_id, loan_id, amount, created_at, updated_at)
  SELECT payment_id, loan_id, $3, $4, $4 FROM unnest($1::bigint[], $2::bigint[]) AS new (payment_id, loan_id)`;
const EVENTS = `WITH entries AS (
    INSERT INTO journal (customer_id, version, type, data, seen, time)
    SELECT customer_id, version, 'PaymentApplied', data, '{}', $4
    FROM unnest($1::bigint[], $2::bigint[], $3::json[]) AS new (customer_id, version, data)
    RETURNING customer_id, version
  ) INSERT INTO outbox (customer_id, version) SELECT customer_id, version FROM entries`;
const ANSWERS = `INSERT INTO answers (id, fingerprint, status, body, created_at)
  SELECT id, id, 201, body, $3 FROM unnest($1::bytea[], $2::text[]) AS new (id, body)`;

async function pay(client: pg.Client, customerIds: readonly number[], names: readonly string[]): Promise<void> {
  const now = new Date();
  const keys = names.map((name) => Buffer.alloc(32, name.padEnd(32, ' ')));
  await execute(client, 'batch-answers', 'SELECT id FROM answers WHERE id = ANY($1::bytea[])', [keys]);
  const accounts = (await execute(client, 'batch-lock', LOCK, [customerIds])).rows as {
    external_id: string;
    version: string;
  }[];
  const loans = (await execute(client, 'batch-loans', LOANS, [customerIds])).rows as { loan_id: string }[];
  const loanIds = loans.map(({ loan_id }) => loan_id);
  await execute(client, 'batch-reduce', REDUCE, [loanIds, MONOLITH_AMOUNT]);
  await execute(client, 'batch-owe', OWE, [customerIds, MONOLITH_AMOUNT, now]);
  const payments = await execute(client, 'batch-payments', PAYMENTS, [names, customerIds, MONOLITH_AMOUNT, now]);
  const paymentIds = (payments.rows as { id: string }[]).map(({ id }) => id);
  await execute(client, 'batch-details', DETAILS, [paymentIds, loanIds, MONOLITH_AMOUNT, now]);
  const events = names.map((name, place) => ({
    customer_id: customerIds[place],
    customer_external_id: accounts[place]?.external_id,
    payment_id: Number(paymentIds[place]),
    external_id: name,
    total_amount: MONOLITH_AMOUNT,
    paid_at: now.toISOString(),
    details: [{ loan_id: Number(loanIds[place]), amount: MONOLITH_AMOUNT }],
  }));
  const versions = accounts.map(({ version }) => Number(version) + 1);
  await execute(client, 'batch-events', EVENTS, [
    customerIds,
    versions,
    events.map((data) => JSON.stringify(data)),
    now,
  ]);
  const bodies = events.map((data) =>
    JSON.stringify({ id: data.payment_id, ...data, status: 'completed', rejection_reason: null, created_at: now }),
  );
  await execute(client, 'batch-keep', ANSWERS, [keys, bodies, now]);
  await follow(client, { customerIds, versions, loanIds, names, now });
}
