/**
 * Compares the databases with the ledger: each acknowledged write exists once, as acknowledged, and nothing else
 * exists.
 */
import { query } from '@mo/agreement';
import type { StackFile } from '@mo/dev-stack';
import { formatMoney } from '@mo/money';
import type { CustomerModel, LoanModel, PaymentModel } from '../clients/customer-model.ts';
import type { Ledger } from '../ledger.ts';

export interface RowFaults {
  /** Acknowledged, but missing or different. */
  readonly lost: string[];
  /** Stored, but never acknowledged. */
  readonly unasked: string[];
}

const LOAN_STATUS = { pending: 1, active: 2, rejected: 3, paid: 4 } as const;

/** Compares rows as lines of text, keyed by external_id. */
export async function rowFaults(stack: StackFile, ledger: Ledger): Promise<RowFaults> {
  const known = ledger.customers.filter((customer) => !ledger.unknown.has(customer));
  const unknownIds = new Set([...ledger.unknown].map(({ id }) => String(id)));
  const found: RowFaults = { lost: [], unasked: [] };
  const compare = async (
    owner: 'customers' | 'loans' | 'payments',
    expected: ReadonlyMap<string, string>,
    text: string,
  ): Promise<void> => {
    const rows = await query<{ name: string; line: string; customer: string }>(stack, owner, text);
    const there = new Map(rows.map(({ name, line }) => [name, line]));
    for (const [name, line] of expected) {
      if (there.get(name) !== line)
        found.lost.push(`${owner} ${name}: told ${line}, stored ${there.get(name) ?? 'nothing'}`);
    }
    for (const { name, line, customer } of rows) {
      if (!expected.has(name) && !unknownIds.has(customer)) found.unasked.push(`${owner} ${name}: ${line}`);
    }
  };
  await compare('customers', customerLines(known, ledger), CUSTOMERS);
  await compare(
    'loans',
    linesOf(known, ({ loans }) => loans, loanLine),
    LOANS,
  );
  await compare(
    'payments',
    linesOf(known, ({ payments }) => payments, paymentLine),
    PAYMENTS,
  );
  return found;
}

const CUSTOMERS = `
  SELECT external_id AS name, id::text AS customer, status || ' ' || score AS line FROM customers`;
const LOANS = `
  SELECT external_id AS name, customer_id::text AS customer, id || ' of ' || customer_id || ' ' || amount || ' ' ||
    outstanding || ' ' || status || ' ' || coalesce(floor(extract(epoch FROM taken_at) * 1000)::bigint, 0) AS line
  FROM loans`;
const PAYMENTS = `
  SELECT external_id AS name, customer_id::text AS customer, id || ' of ' || customer_id || ' ' || total_amount || ' ' ||
    status || ' ' || coalesce((SELECT string_agg(loan_id || ': ' || amount, ', ' ORDER BY loan_id)
      FROM payment_details WHERE payment_id = payments.id), '') AS line
  FROM payments`;

function customerLines(customers: readonly CustomerModel[], { uploaded }: Ledger): Map<string, string> {
  const lines = new Map<string, string>();
  for (const { externalId, standing } of customers)
    lines.set(externalId, `${standing.status === 'active' ? 1 : 2} ${formatMoney(standing.score)}`);
  for (const { externalId, score } of uploaded) lines.set(externalId, `1 ${formatMoney(score)}`);
  return lines;
}

function linesOf<Row extends { readonly externalId: string }>(
  customers: readonly CustomerModel[],
  rowsOf: (customer: CustomerModel) => readonly Row[],
  line: (customer: CustomerModel, row: Row) => string,
): Map<string, string> {
  return new Map(
    customers.flatMap((customer) => rowsOf(customer).map((row) => [row.externalId, line(customer, row)] as const)),
  );
}

const loanLine = (customer: CustomerModel, loan: LoanModel): string =>
  `${loan.id} of ${customer.id} ${formatMoney(loan.amount)} ${formatMoney(loan.outstanding)} ` +
  `${LOAN_STATUS[loan.status]} ${loan.takenAt === null ? 0 : Date.parse(loan.takenAt)}`;

function paymentLine(customer: CustomerModel, { id, total, status, details }: PaymentModel): string {
  const parts = details
    .toSorted((a, b) => a.loanId - b.loanId)
    .map(({ loanId, amount }) => `${loanId}: ${formatMoney(amount)}`);
  return `${id} of ${customer.id} ${formatMoney(total)} ${status === 'completed' ? 1 : 2} ${parts.join(', ')}`;
}
