/**
 * The writes of the skeleton's followers. Loans updates the debts of the loan and the customer; customers writes a
 * statement line and the balance. Duplicates are ignored.
 */
import { arrayRows, type Database, inTransaction, run, type Statement } from '@mo/database';
import { centsOf, textOf } from '../load/amounts.ts';
import type { Paid } from './pay.ts';

const lock = (table: string): string =>
  `SELECT customer_id, version, payments_applied FROM ${table} WHERE customer_id = ANY($1::bigint[])
   ORDER BY customer_id FOR NO KEY UPDATE`;
const reduceOwed = (table: string, column: string): string => `
  UPDATE ${table} SET ${column} = ${column} - new.amount, payments_applied = new.version, last_time = $4
  FROM (${arrayRows({ customer_id: 'bigint', amount: 'numeric', version: 'bigint' })}) AS new
  WHERE ${table}.customer_id = new.customer_id`;
const LOCK_DEBTS = lock('lenders_accounts');
const LOCK_BALANCES = lock('balances');
const REDUCE_DEBTS = reduceOwed('lenders_accounts', 'debt');
const REDUCE_BALANCES = reduceOwed('balances', 'total_debt');
const REDUCE_LOANS = `UPDATE loans SET outstanding = outstanding - new.amount, updated_at = $3
  FROM (${arrayRows({ id: 'bigint', amount: 'numeric' })}) AS new WHERE loans.id = new.id`;
const ENTRIES = `INSERT INTO statement_entries (customer_id, at, kind, version, reference, amount)
  SELECT customer_id, at, 2, version, reference, amount
  FROM (${arrayRows({ customer_id: 'bigint', at: 'timestamptz', version: 'bigint', reference: 'text', amount: 'numeric' })}) AS new`;

/** Subtracts payments from the debts of loans and customers. */
export const followDebts = (database: Database, payments: readonly Paid[]): Promise<void> =>
  apply(database, payments, LOCK_DEBTS, (fresh, now) => {
    const details = fresh.flatMap(({ details }) => details);
    const cents = sums(details.map(({ loan_id, amount }) => [loan_id, centsOf(amount)]));
    const loans = { text: REDUCE_LOANS, parameters: [[...cents.keys()], [...cents.values()].map(textOf), now] };
    return [loans, owedLess(REDUCE_DEBTS, fresh, now)];
  });

/** Subtracts payments from balances, and writes statement lines. */
export const followBalances = (database: Database, payments: readonly Paid[]): Promise<void> =>
  apply(database, payments, LOCK_BALANCES, (fresh, now) => {
    const of = <Key extends keyof Paid>(key: Key) => fresh.map((payment) => payment[key]);
    const lines = [of('customer_id'), of('paid_at'), of('version'), of('external_id'), of('total_amount')];
    return [owedLess(REDUCE_BALANCES, fresh, now), { text: ENTRIES, parameters: lines }];
  });

function apply(
  database: Database,
  payments: readonly Paid[],
  lockText: string,
  statementsOf: (fresh: readonly Paid[], now: Date) => Statement[],
): Promise<void> {
  const customerIds = [...new Set(payments.map(({ customer_id }) => customer_id))].sort((a, b) => a - b);
  return inTransaction(
    database,
    async (sql) => {
      const accounts = await run<{ customer_id: string; payments_applied: string }>(sql, lockText, [customerIds]);
      const applied = new Map(
        accounts.map((account) => [Number(account.customer_id), Number(account.payments_applied)]),
      );
      const fresh = payments.filter(({ customer_id, version }) => {
        if (version <= (applied.get(customer_id) ?? 0)) return false;
        applied.set(customer_id, version);
        return true;
      });
      if (fresh.length > 0) sql.atEnd(statementsOf(fresh, new Date()));
    },
    { readsFirst: true },
  );
}

/** By customer: the amount to subtract, and the resulting version. */
function owedLess(text: string, payments: readonly Paid[], now: Date): Statement {
  const cents = sums(payments.map(({ customer_id, total_amount }) => [customer_id, centsOf(total_amount)]));
  const versions = new Map(payments.map(({ customer_id, version }) => [customer_id, version]));
  return { text, parameters: [[...cents.keys()], [...cents.values()].map(textOf), [...versions.values()], now] };
}

function sums(amounts: readonly (readonly [number, number])[]): Map<number, number> {
  const sum = new Map<number, number>();
  for (const [id, cents] of amounts) sum.set(id, (sum.get(id) ?? 0) + cents);
  return sum;
}
