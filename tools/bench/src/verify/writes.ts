/**
 * Checks the rows of a scenario. Each acknowledged write exists once in its table and in its journal; the sums equal
 * the requested amounts; and all three services agree on the customers' debts.
 */

import type { Numbers } from '../load/outcome.ts';
import { KINDS, type Kind } from '../load/recipes.ts';
import type { Verified } from '../measure/member.ts';
import type { Databases } from './databases.ts';
import { faultsOfNames, shortened } from './names.ts';

export interface Written {
  readonly prefix: string;
  readonly created: Numbers;
  readonly unknown: Numbers;
  /** The amount of each loan and each payment of the scenario. */
  readonly amountCents: number;
  /** The customers of its loans or payments, and their total debt before it, in cents. */
  readonly customerIds: readonly number[];
  readonly owedCents: number;
}

interface Place {
  readonly name: string;
}

/** By kind: the table's names, and the names in the journals of the same customers. */
const TABLES: Readonly<Record<Kind, string>> = {
  customer: `SELECT external_id AS name FROM customers WHERE external_id >= $1 AND external_id < $1 || '~'`,
  loan: `SELECT external_id AS name FROM loans WHERE external_id >= $1 AND external_id < $1 || '~'`,
  payment: `SELECT external_id AS name FROM payments WHERE external_id >= $1 AND external_id < $1 || '~'`,
};
const JOURNALS: Readonly<Record<Kind, string>> = {
  customer: `
    SELECT j.data->>'customer_external_id' AS name FROM customers c JOIN journal j ON j.customer_id = c.id
    WHERE c.external_id >= $1 AND c.external_id < $1 || '~' AND j.type = 'CustomerRegistered'`,
  loan: `
    SELECT data->>'external_id' AS name FROM journal WHERE customer_id IN (
      SELECT customer_id FROM loans WHERE external_id >= $1 AND external_id < $1 || '~'
    ) AND type = 'LoanTaken' AND data->>'external_id' >= $1 AND data->>'external_id' < $1 || '~'`,
  payment: `
    SELECT data->>'external_id' AS name FROM journal WHERE customer_id IN (
      SELECT customer_id FROM payments WHERE external_id >= $1 AND external_id < $1 || '~'
    ) AND type = 'PaymentApplied' AND data->>'external_id' >= $1 AND data->>'external_id' < $1 || '~'`,
};

/** Checks everything that a scenario wrote. It must have settled. */
export async function verifyWrites(databases: Databases, written: Written): Promise<Verified> {
  const faults: string[] = [];
  const there: Record<Kind, number> = { customer: 0, loan: 0, payment: 0 };
  for (const kind of KINDS) {
    const { prefix, created, unknown } = written;
    if (created[kind].length + unknown[kind].length === 0) continue;
    const expected = { prefix, kind, created: created[kind], unknown: unknown[kind] };
    const names = [`${prefix}${kind}-`];
    const rows = await databases.query<Place>(`${kind}s`, TABLES[kind], names);
    const events = await databases.query<Place>(`${kind}s`, JOURNALS[kind], names);
    there[kind] = rows.length;
    faults.push(
      ...faultsOfNames(
        `the table of ${kind}s`,
        expected,
        rows.map(({ name }) => name),
      ),
    );
    faults.push(
      ...faultsOfNames(
        `the journal of ${kind}s`,
        expected,
        events.map(({ name }) => name),
      ),
    );
  }
  faults.push(...(await amountFaults(databases, written, there)), ...(await debtFaults(databases, written, there)));
  return { rows: there.customer + there.loan + there.payment, faults: shortened(faults) };
}

const LENT = `SELECT (100 * coalesce(sum(amount), 0))::bigint AS cents FROM loans WHERE external_id >= $1 AND external_id < $1 || '~'`;
const PAID = `
  SELECT (100 * coalesce(sum(d.amount), 0))::bigint AS cents FROM payments p JOIN payment_details d ON d.payment_id = p.id
  WHERE p.external_id >= $1 AND p.external_id < $1 || '~' AND p.status = 1`;

/** Compares the sum of amounts with the number of rows. A rejected payment has no details, so it shows here. */
async function amountFaults(
  databases: Databases,
  written: Written,
  there: Readonly<Record<Kind, number>>,
): Promise<string[]> {
  const { prefix, amountCents } = written;
  const faults: string[] = [];
  for (const [kind, text] of [
    ['loan', LENT],
    ['payment', PAID],
  ] as const) {
    if (there[kind] === 0) continue;
    const [row] = await databases.query<{ cents: string }>(`${kind}s`, text, [`${prefix}${kind}-`]);
    const expected = there[kind] * amountCents;
    if (Number(row?.cents) !== expected)
      faults.push(`${there[kind]} ${kind}s sum up to ${row?.cents} cents, not ${expected}`);
  }
  return faults;
}

const DEBTS = {
  customers: `SELECT customer_id AS id, (100 * total_debt)::bigint AS cents FROM balances WHERE customer_id = ANY($1)`,
  loans: `
    SELECT customer_id AS id, (100 * sum(outstanding))::bigint AS cents FROM loans WHERE customer_id = ANY($1) AND status IN (1, 2) GROUP BY 1`,
  payments: `SELECT customer_id AS id, (100 * owed)::bigint AS cents FROM accounts WHERE customer_id = ANY($1)`,
} as const;

async function debtFaults(
  databases: Databases,
  written: Written,
  there: Readonly<Record<Kind, number>>,
): Promise<string[]> {
  const { customerIds, owedCents, amountCents } = written;
  if (customerIds.length === 0) return [];
  const read = async (service: keyof typeof DEBTS) => {
    const rows = await databases.query<{ id: string; cents: string }>(service, DEBTS[service], [customerIds]);
    return new Map(rows.map(({ id, cents }) => [Number(id), Number(cents)]));
  };
  const [balances, loans, payments] = [await read('customers'), await read('loans'), await read('payments')];
  const expected = owedCents + (there.loan - there.payment) * amountCents;
  return debtsDiffer({ balances, loans, payments }, customerIds, expected);
}

/** The debt that each service stores, by customer, in cents. */
export type Debts = Readonly<Record<'balances' | 'loans' | 'payments', ReadonlyMap<number, number>>>;

/** Customers for whom services disagree, and a total other than expected. */
export function debtsDiffer(
  { balances, loans, payments }: Debts,
  customerIds: readonly number[],
  expected: number,
): string[] {
  const faults: string[] = [];
  let sum = 0;
  for (const id of customerIds) {
    const [balance, lent, owed] = [balances.get(id) ?? 0, loans.get(id) ?? 0, payments.get(id) ?? 0];
    sum += balance;
    if (balance !== lent || balance !== owed)
      faults.push(
        `customer ${id} owes ${balance} by its balance, ${lent} by its loans and ${owed} by payments, in cents`,
      );
  }
  return sum === expected ? faults : [`the customers owe ${sum} cents, not ${expected}`, ...faults];
}
