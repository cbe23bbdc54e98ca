/**
 * Writes the monolith's rows for a batch of payments: one statement for all of them, in two round trips. Nothing is
 * decided or checked beyond the tables' constraints: each payment goes to its customer's oldest loan.
 */
import { isoTime } from '@mo/contracts';
import { arrayRows, type Database, inTransaction, run, type TransactionSql } from '@mo/database';
import { sha256 } from '@mo/service-kit';
import { centsOf, textOf } from '../load/amounts.ts';

/** A payment as the caller requests it. */
export interface Order {
  readonly external_id: string;
  readonly customer_id: number;
  /** A decimal string. */
  readonly total_amount: string;
}

/** A payment as sent, and as written in the journal. */
export interface Paid extends Order {
  readonly customer_external_id: string;
  readonly version: number;
  readonly payment_id: number;
  readonly paid_at: string;
  readonly details: readonly { readonly loan_id: number; readonly amount: string }[];
}

const KNOWN = 'SELECT id FROM answers WHERE id = ANY($1::bytea[])';
const LOCK = `SELECT customer_id, external_id, version FROM accounts WHERE customer_id = ANY($1::bigint[])
  ORDER BY customer_id FOR NO KEY UPDATE`;
const LOANS = `SELECT customer_id, loan_id FROM open_loans WHERE customer_id = ANY($1::bigint[]) AND is_open AND outstanding > 0
  ORDER BY customer_id, taken_at, loan_id FOR UPDATE`;
const IDS = `SELECT nextval('payments_id_seq') AS id FROM generate_series(1, $1)`;
const REDUCE = `UPDATE open_loans SET outstanding = outstanding - new.amount, is_open = outstanding > new.amount
  FROM (${arrayRows({ loan_id: 'bigint', amount: 'numeric' })}) AS new WHERE open_loans.loan_id = new.loan_id`;
const OWE = `UPDATE accounts SET owed = owed - new.amount, version = new.version, last_time = $4
  FROM (${arrayRows({ customer_id: 'bigint', amount: 'numeric', version: 'bigint' })}) AS new
  WHERE accounts.customer_id = new.customer_id`;
const PAYMENTS = `INSERT INTO payments (id, external_id, customer_id, total_amount, status, paid_at, created_at, updated_at)
  OVERRIDING SYSTEM VALUE SELECT id, name, customer_id, amount, 1, $5, $5, $5
  FROM (${arrayRows({ id: 'bigint', name: 'text', customer_id: 'bigint', amount: 'numeric' })}) AS new`;
const DETAILS = `INSERT INTO payment_details (payment_id, loan_id, amount, created_at, updated_at)
  SELECT payment_id, loan_id, amount, $4, $4 FROM (${arrayRows({ payment_id: 'bigint', loan_id: 'bigint', amount: 'numeric' })}) AS new`;
const EVENTS = `WITH entries AS (
    INSERT INTO journal (customer_id, version, type, data, seen, time)
    SELECT customer_id, version, 'PaymentApplied', data, '{}', $4
    FROM (${arrayRows({ customer_id: 'bigint', version: 'bigint', data: 'json' })}) AS new
    RETURNING customer_id, version
  ) INSERT INTO outbox (customer_id, version) SELECT customer_id, version FROM entries`;
const ANSWERS = `INSERT INTO answers (id, fingerprint, status, body, created_at)
  SELECT id, id, 201, body, $3 FROM (${arrayRows({ id: 'bytea', body: 'text' })}) AS new`;

interface Account {
  readonly customer_id: string;
  readonly external_id: string;
  readonly version: string;
}

/** The changes to a customer in a batch. */
interface Change {
  readonly name: string;
  readonly loanId: number;
  version: number;
  cents: number;
}

/** The JSON of each payment: its answer and its event. */
export interface Written {
  readonly answers: string[];
  readonly events: readonly string[];
}

/** Writes payments in one transaction. */
export function pay(database: Database, orders: readonly Order[]): Promise<Written> {
  const now = isoTime(Date.now());
  const keys = orders.map(({ external_id }) => sha256(external_id));
  const customerIds = [...new Set(orders.map(({ customer_id }) => customer_id))].sort((a, b) => a - b);
  const work = async (sql: TransactionSql) => {
    const [, accounts, loans, ids] = await Promise.all([
      run(sql, KNOWN, [keys]),
      run<Account>(sql, LOCK, [customerIds]),
      run<{ customer_id: string; loan_id: string }>(sql, LOANS, [customerIds]),
      run<{ id: string }>(sql, IDS, [orders.length]),
    ]);
    const changes = changesOf(accounts, loans);
    const payments = orders.map((order, place) => paid(order, changes, Number(ids[place]?.id), now));
    const answers = payments.map((payment) =>
      JSON.stringify({
        id: payment.payment_id,
        ...payment,
        status: 'completed',
        rejection_reason: null,
        created_at: now,
      }),
    );
    const events = payments.map((payment) => JSON.stringify(payment));
    const all = [...changes.values()];
    const amounts = all.map(({ cents }) => textOf(cents));
    const of = <Key extends keyof Paid>(key: Key) => payments.map((payment) => payment[key]);
    const statements: [string, unknown[]][] = [
      [REDUCE, [all.map(({ loanId }) => loanId), amounts]],
      [OWE, [[...changes.keys()], amounts, all.map(({ version }) => version), now]],
      [PAYMENTS, [of('payment_id'), of('external_id'), of('customer_id'), of('total_amount'), now]],
      [DETAILS, [of('payment_id'), of('details').map(([detail]) => detail?.loan_id), of('total_amount'), now]],
      [EVENTS, [of('customer_id'), of('version'), events, now]],
      [ANSWERS, [keys, answers, now]],
    ];
    sql.atEnd(statements.map(([text, parameters]) => ({ text, parameters })));
    return { answers, events };
  };
  return inTransaction(database, work, { readsFirst: true });
}

function changesOf(
  accounts: readonly Account[],
  loans: readonly { readonly customer_id: string; readonly loan_id: string }[],
): Map<number, Change> {
  const oldest = new Map(loans.toReversed().map(({ customer_id, loan_id }) => [customer_id, Number(loan_id)]));
  return new Map(
    accounts.map(({ customer_id, external_id, version }) => {
      const change = { name: external_id, loanId: oldest.get(customer_id) ?? 0, version: Number(version), cents: 0 };
      return [Number(customer_id), change];
    }),
  );
}

function paid(order: Order, changes: ReadonlyMap<number, Change>, paymentId: number, now: string): Paid {
  const change = changes.get(order.customer_id);
  if (change === undefined) throw new Error(`there is no customer ${order.customer_id}`);
  change.version += 1;
  change.cents += centsOf(order.total_amount);
  return {
    ...order,
    customer_external_id: change.name,
    version: change.version,
    payment_id: paymentId,
    paid_at: now,
    details: [{ loan_id: change.loanId, amount: order.total_amount }],
  };
}
