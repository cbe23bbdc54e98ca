/**
 * What the services that follow write of a payment: loans what its loan and its customer owe, customers a line of the statement and the
 * balance. For the control that writes all rows of a payment, and nothing else.
 */
import type pg from 'pg';
import { MONOLITH_AMOUNT, miscounted } from './monolith.ts';
import { execute } from './transaction.ts';

const PROGRESS = `version bigint NOT NULL, restricted bigint NOT NULL DEFAULT 0, payments_applied bigint NOT NULL DEFAULT 0,
  payments_behind bigint NOT NULL DEFAULT 0, last_time timestamptz(3) NOT NULL`;

/** Makes their tables beside those of a monolith, and fills them from these. */
export async function makeFollowers(client: pg.Client): Promise<void> {
  await client.query(`
    CREATE TABLE lenders_accounts (customer_id bigint PRIMARY KEY, debt numeric(14,2) NOT NULL CHECK (debt >= 0), ${PROGRESS})
      WITH (fillfactor = 70);
    CREATE TABLE loans (id bigint PRIMARY KEY, created_at timestamptz(3) NOT NULL, updated_at timestamptz(3) NOT NULL,
      external_id varchar(60) COLLATE "C" NOT NULL UNIQUE, amount numeric(12,2) NOT NULL, status smallint NOT NULL,
      taken_at timestamptz(3), customer_id bigint NOT NULL REFERENCES lenders_accounts,
      outstanding numeric(12,2) NOT NULL CHECK (outstanding BETWEEN 0 AND amount)) WITH (fillfactor = 80);
    CREATE INDEX loans_customer ON loans (customer_id, id);
    CREATE TABLE balances (customer_id bigint PRIMARY KEY, total_debt numeric(14,2) NOT NULL CHECK (total_debt >= 0), ${PROGRESS})
      WITH (fillfactor = 70);
    CREATE TABLE statement_entries (customer_id bigint NOT NULL, at timestamptz(3) NOT NULL, kind smallint NOT NULL,
      version bigint NOT NULL, reference varchar(60) COLLATE "C" NOT NULL, amount numeric(12,2) NOT NULL CHECK (amount > 0),
      PRIMARY KEY (customer_id, at, kind, version) INCLUDE (amount));
    INSERT INTO lenders_accounts (customer_id, debt, version, last_time) SELECT customer_id, owed, version, last_time FROM accounts;
    INSERT INTO loans SELECT loan_id, taken_at, taken_at, external_id, amount, 2, taken_at, customer_id, outstanding FROM open_loans;
    INSERT INTO balances (customer_id, total_debt, version, last_time) SELECT customer_id, owed, version, last_time FROM accounts`);
  await client.query('VACUUM ANALYZE lenders_accounts, loans, balances');
}

/** Payments of different customers, each over one loan, and in the order of the customers. */
export interface Paid {
  readonly customerIds: readonly number[];
  readonly versions: readonly number[];
  readonly loanIds: readonly string[];
  readonly names: readonly string[];
  readonly now: Date;
}

const reduceBalance = (table: string, column: string): string => `
  UPDATE ${table} SET ${column} = ${column} - $3, payments_applied = new.version, last_time = $4
  FROM unnest($1::bigint[], $2::bigint[]) AS new (customer_id, version) WHERE ${table}.customer_id = new.customer_id`;
const REDUCE_DEBT = reduceBalance('lenders_accounts', 'debt');
const REDUCE_BALANCE = reduceBalance('balances', 'total_debt');
const REDUCE_LOANS = 'UPDATE loans SET outstanding = outstanding - $2, updated_at = $3 WHERE id = ANY($1::bigint[])';
const lock = (table: string): string =>
  `SELECT version, payments_applied FROM ${table} WHERE customer_id = ANY($1::bigint[]) ORDER BY customer_id FOR NO KEY UPDATE`;
const LOCK_DEBTS = lock('lenders_accounts');
const LOCK_BALANCES = lock('balances');
const ENTRIES = `INSERT INTO statement_entries (customer_id, at, kind, version, reference, amount)
  SELECT customer_id, $4, 2, version, name, $5 FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS new (customer_id, version, name)`;

/** Writes what both make of payments, in the transaction that wrote these. */
export async function follow(client: pg.Client, paid: Paid): Promise<void> {
  const { customerIds, versions, loanIds, names, now } = paid;
  const owing = [customerIds, versions, MONOLITH_AMOUNT, now];
  await execute(client, 'follow-lock-debts', LOCK_DEBTS, [customerIds]);
  await execute(client, 'follow-loans', REDUCE_LOANS, [loanIds, MONOLITH_AMOUNT, now]);
  await execute(client, 'follow-debts', REDUCE_DEBT, owing);
  await execute(client, 'follow-lock-balances', LOCK_BALANCES, [customerIds]);
  await execute(client, 'follow-balances', REDUCE_BALANCE, owing);
  await execute(client, 'follow-entries', ENTRIES, [customerIds, versions, names, now, MONOLITH_AMOUNT]);
}

/** What of their rows doesn't add up; @param done how many payments were acknowledged */
export function followersFaults(client: pg.Client, done: number): Promise<string[]> {
  return miscounted(
    client,
    done,
    `SELECT 'lines of statements' AS what, count(*) FROM statement_entries e JOIN payments p
       ON p.external_id = e.reference AND p.customer_id = e.customer_id AND p.total_amount = e.amount AND p.paid_at = e.at
       JOIN journal j ON j.customer_id = e.customer_id AND j.version = e.version AND j.data->>'external_id' = e.reference
     UNION ALL SELECT 'cents paid off by loans', (100 * sum(amount - outstanding))::bigint FROM loans
     UNION ALL SELECT 'payments without customers that owe something else', $1 - count(*) FROM accounts
       JOIN lenders_accounts USING (customer_id) JOIN balances USING (customer_id) WHERE owed <> debt OR owed <> total_debt
     UNION ALL SELECT 'payments without customers that are behind', $1 - count(*) FROM accounts a
       JOIN lenders_accounts l USING (customer_id) JOIN balances b USING (customer_id)
       WHERE l.payments_applied <> b.payments_applied OR l.payments_applied <> CASE WHEN a.version > 1 THEN a.version ELSE 0 END`,
    [done],
  );
}
