/**
 * Control (b): a payment in a monolith. All tables are in one database, so no events are sent. Each request has its own
 * connection and transaction, and runs the same kind of statements on the same kind of tables as the payments service:
 * read the answer stored under the key, lock the account, read the open loans, write. It has no HTTP, and no checks
 * beyond the database's constraints. The services' batches are compared with this design.
 */
import type pg from 'pg';
import { CENT } from '../load/amounts.ts';
import { streamTables } from './stream-tables.ts';
import { type ControlSizes, execute, type Transaction } from './transaction.ts';

const LOAN = 9_000_000;
const BUSY_LOAN = '9999999999';

/** Creates and fills the tables: customers from 1 on, each with a loan; the busy customer has the last id. */
export async function makeMonolith(client: pg.Client, { customers }: ControlSizes): Promise<void> {
  await client.query(streamTables(''));
  await client.query(`
    CREATE TABLE accounts (customer_id bigint PRIMARY KEY, external_id varchar(60) COLLATE "C" UNIQUE,
      owed numeric(14,2) NOT NULL CHECK (owed >= 0), version bigint NOT NULL, last_time timestamptz(3) NOT NULL) WITH (fillfactor = 70);
    CREATE TABLE open_loans (loan_id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES accounts,
      external_id varchar(60) COLLATE "C" NOT NULL, taken_at timestamptz(3) NOT NULL, amount numeric(12,2) NOT NULL,
      outstanding numeric(12,2) NOT NULL CHECK (outstanding BETWEEN 0 AND amount),
      is_open boolean NOT NULL DEFAULT true, CHECK (is_open OR outstanding = 0)) WITH (fillfactor = 80);
    CREATE INDEX open_loans_open ON open_loans (customer_id, taken_at, loan_id) WHERE is_open;
    CREATE TABLE payments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, created_at timestamptz(3) NOT NULL,
      updated_at timestamptz(3) NOT NULL, external_id varchar(60) COLLATE "C" NOT NULL UNIQUE,
      total_amount numeric(12,2) NOT NULL CHECK (total_amount > 0), status smallint NOT NULL, paid_at timestamptz(3) NOT NULL,
      customer_id bigint NOT NULL REFERENCES accounts);
    CREATE INDEX payments_customer ON payments (customer_id, id);
    CREATE TABLE payment_details (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, created_at timestamptz(3) NOT NULL,
      updated_at timestamptz(3) NOT NULL, amount numeric(12,2) NOT NULL CHECK (amount > 0),
      loan_id bigint NOT NULL REFERENCES open_loans, payment_id bigint NOT NULL REFERENCES payments, UNIQUE (payment_id, loan_id));
    CREATE INDEX payment_details_loan ON payment_details (loan_id);
    CREATE TABLE answers (id bytea PRIMARY KEY, fingerprint bytea NOT NULL, status smallint NOT NULL, body text NOT NULL,
      created_at timestamptz(3) NOT NULL);
    CREATE INDEX answers_created_at ON answers (created_at);
    INSERT INTO accounts SELECT id, 'customer-' || id, ${LOAN}, 1, now() FROM generate_series(1, ${customers}) id;
    INSERT INTO accounts VALUES (${customers + 1}, 'busy', ${BUSY_LOAN}, 1, now());
    INSERT INTO open_loans SELECT id, id, 'loan-' || id, now(), ${LOAN}, ${LOAN} FROM generate_series(1, ${customers}) id;
    INSERT INTO open_loans VALUES (${customers + 1}, ${customers + 1}, 'loan-busy', now(), ${BUSY_LOAN}, ${BUSY_LOAN})`);
  await client.query('VACUUM ANALYZE accounts, open_loans');
}

/** @param one all payments are for the busy customer */
export function monolithPayment({ customers }: ControlSizes, one: boolean): Transaction {
  return async (client, number) => {
    const customerId = one ? customers + 1 : 1 + Math.floor(Math.random() * customers);
    await execute(client, 'begin', 'BEGIN');
    try {
      await pay(client, customerId, `${one ? 'one' : 'any'}-${number}`);
      await execute(client, 'commit', 'COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  };
}

async function pay(client: pg.Client, customerId: number, name: string): Promise<void> {
  const key = Buffer.alloc(32);
  key.write(name);
  const known = await execute(client, 'answer', 'SELECT fingerprint, status, body FROM answers WHERE id = $1', [key]);
  if (known.rows.length > 0) return;
  const account = 'SELECT external_id, owed, version FROM accounts WHERE customer_id = $1 FOR NO KEY UPDATE';
  const [{ external_id: customerName, version }] = (await execute(client, 'lock', account, [customerId])).rows;
  const oldest = `SELECT loan_id, external_id, outstanding FROM open_loans
    WHERE customer_id = $1 AND is_open AND outstanding > 0 ORDER BY taken_at, loan_id FOR UPDATE`;
  const [loan] = (await execute(client, 'loans', oldest, [customerId])).rows;
  const now = new Date();
  const reduce = 'UPDATE open_loans SET outstanding = outstanding - $1, is_open = outstanding > $1 WHERE loan_id = $2';
  await execute(client, 'reduce', reduce, [CENT, loan.loan_id]);
  await execute(
    client,
    'owe',
    'UPDATE accounts SET owed = owed - $1, version = version + 1, last_time = $3 WHERE customer_id = $2',
    [CENT, customerId, now],
  );
  const payment = `INSERT INTO payments (external_id, customer_id, total_amount, status, paid_at, created_at, updated_at)
    VALUES ($1, $2, $3, 1, $4, $4, $4) RETURNING id`;
  const [{ id }] = (await execute(client, 'payment', payment, [name, customerId, CENT, now])).rows;
  const detail = `INSERT INTO payment_details (payment_id, loan_id, amount, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)`;
  await execute(client, 'detail', detail, [id, loan.loan_id, CENT, now]);
  const details = [{ loan_id: Number(loan.loan_id), amount: CENT }];
  const data = {
    customer_id: customerId,
    customer_external_id: customerName,
    payment_id: Number(id),
    external_id: name,
    total_amount: CENT,
    paid_at: now.toISOString(),
    details,
  };
  const journal = `INSERT INTO journal (customer_id, version, type, data, seen, time) VALUES ($1, $2, 'PaymentApplied', $3, '{}', $4)`;
  await execute(client, 'journal', journal, [customerId, Number(version) + 1, JSON.stringify(data), now]);
  await execute(client, 'outbox', 'INSERT INTO outbox (customer_id, version) VALUES ($1, $2)', [
    customerId,
    Number(version) + 1,
  ]);
  const body = {
    id: Number(id),
    ...data,
    status: 'completed',
    rejection_reason: null,
    created_at: now,
  };
  const answer = 'INSERT INTO answers (id, fingerprint, status, body, created_at) VALUES ($1, $2, 201, $3, $4)';
  await execute(client, 'keep', answer, [key, key, JSON.stringify(body), now]);
}

/** Differences between the rows and the payments. @param done how many payments were acknowledged */
export function monolithFaults(client: pg.Client, done: number, one: boolean): Promise<string[]> {
  const names = one ? 'one-%' : 'any-%';
  return miscounted(
    client,
    done,
    `SELECT 'payments' AS what, count(*) FROM payments WHERE external_id LIKE $1
     UNION ALL SELECT 'cents', (100 * sum(total_amount))::bigint FROM payments WHERE external_id LIKE $1
     UNION ALL SELECT 'details', count(*) FROM payment_details JOIN payments p ON p.id = payment_id
       JOIN open_loans l ON l.loan_id = payment_details.loan_id AND l.customer_id = p.customer_id WHERE p.external_id LIKE $1
     UNION ALL SELECT 'events', count(*) FROM journal JOIN payments p
       ON p.id = (data->>'payment_id')::bigint AND p.external_id = data->>'external_id' AND p.customer_id = journal.customer_id
       WHERE p.external_id LIKE $1
     UNION ALL SELECT 'distinct events', count(DISTINCT data->>'external_id') FROM journal WHERE data->>'external_id' LIKE $1
     UNION ALL SELECT 'entries', count(*) FROM outbox JOIN accounts a USING (customer_id) WHERE (a.external_id = 'busy') = $2
     UNION ALL SELECT 'answers', count(*) FROM answers WHERE body::json->>'external_id' LIKE $1
     UNION ALL SELECT 'cents paid off', (100 * sum(amount - outstanding))::bigint FROM open_loans
       WHERE (external_id = 'loan-busy') = $2`,
    [names, one],
  );
}

/** The rows (`what`, `count`) of a query whose count differs from the number of acknowledged payments. */
export async function miscounted(
  client: pg.Client,
  done: number,
  text: string,
  parameters: unknown[],
): Promise<string[]> {
  const { rows } = await client.query<{ what: string; count: string }>(text, parameters);
  const wrong = rows.filter(({ count }) => Number(count) !== done);
  return wrong.map(({ what, count }) => `${done} payments were acknowledged, and there are ${count} ${what}`);
}
