/** The open loans of a batch: for each customer only the oldest ones that its payments may pay off. */
import { isoTime } from '@mo/contracts';
import { arrayRows, columnNames, rowStatements, run, type Sql, type Statement } from '@mo/database';
import type { CustomerRef } from '@mo/messaging';
import { formatMoney, type Money, parseMoney } from '@mo/money';
import type { PaymentAccount } from '../domain/account.ts';
import type { OpenLoan } from '../domain/open-loan.ts';

/** Loans per customer that are read together with the accounts; most payments need fewer. */
export const OLDEST_LOANS = 16;

/** The flag selects the index. The previous version, which runs during an upgrade, pays off loans that keep the flag. */
const IS_OPEN = 'is_open AND outstanding > 0';

const READ_OLDEST = `
  SELECT accounts.external_id AS customer_external_id, oldest.* FROM accounts CROSS JOIN LATERAL (
    SELECT loan_id, customer_id, external_id, taken_at, amount, outstanding FROM open_loans
    WHERE customer_id = accounts.customer_id AND ${IS_OPEN} ORDER BY taken_at, loan_id LIMIT ${OLDEST_LOANS}
  ) AS oldest
  WHERE accounts.customer_id = ANY($1::bigint[]) OR accounts.external_id = ANY($2::text[])
  ORDER BY customer_id, taken_at, loan_id`;

/** The loans for which the debt on all older loans is less than the total. */
const READ_UNTIL = `
  SELECT loan_id, customer_id, external_id, taken_at, amount, outstanding
  FROM (${arrayRows({ id: 'bigint', total: 'numeric' })}) AS wanted CROSS JOIN LATERAL (
    SELECT *, sum(outstanding) OVER (ORDER BY taken_at, loan_id) - outstanding AS before FROM open_loans
    WHERE customer_id = id AND ${IS_OPEN}
  ) AS loan
  WHERE before < total
  ORDER BY customer_id, taken_at, loan_id`;

/** The columns of an open loan that callers give. */
export const OPEN_LOAN = {
  loan_id: 'bigint',
  customer_id: 'bigint',
  external_id: 'text',
  taken_at: 'timestamptz',
  amount: 'numeric',
  outstanding: 'numeric',
} as const;

const INSERT = `
  INSERT INTO open_loans (${columnNames(OPEN_LOAN)}, is_open)
  SELECT *, outstanding > 0 FROM (${arrayRows(OPEN_LOAN)}) AS new`;

/** Changes no indexed column of a loan that stays open, so that PostgreSQL leaves the indexes alone (HOT). */
const UPDATE = `
  UPDATE open_loans SET outstanding = new.outstanding, is_open = new.outstanding > 0
  FROM (${arrayRows({ loan_id: 'bigint', outstanding: 'numeric' })}) AS new
  WHERE open_loans.loan_id = new.loan_id`;

/** The amount by which a payment would reduce its customer's debt, in minor units. */
export interface Demand {
  readonly customer: CustomerRef;
  readonly total: Money;
}

/**
 * The open loans by customer, oldest first: at least those that the demands can reach. The accounts must be locked when
 * this resolves at the latest.
 */
export async function readOpenLoans(sql: Sql, demands: readonly Demand[]): Promise<ReadonlyMap<number, OpenLoan[]>> {
  const byId = sums(demands.map(({ customer, total }) => [customer.customerId, total]));
  // If a command contains both ids, the numeric one decides.
  const named = demands.filter(({ customer }) => customer.customerId === undefined);
  const byName = sums(named.map(({ customer, total }) => [customer.externalId, total]));
  const rows = await run<OldestRow>(sql, READ_OLDEST, [[...byId.keys()], [...byName.keys()]]);
  const loans = byCustomer(rows);
  const names = new Map(rows.map((row) => [Number(row.customer_id), row.customer_external_id]));
  const wanted = new Map<number, Money>();
  for (const [id, oldest] of loans) {
    if (oldest.length < OLDEST_LOANS) continue;
    const total = (byId.get(id) ?? 0n) + (byName.get(names.get(id) ?? '') ?? 0n);
    if (oldest.reduce((sum, { outstanding }) => sum + outstanding, 0n) < total) wanted.set(id, total);
  }
  if (wanted.size === 0) return loans;
  const parameters = [[...wanted.keys()], [...wanted.values()].map(formatMoney)];
  return new Map([...loans, ...byCustomer(await run<LoanRow>(sql, READ_UNTIL, parameters))]);
}

/** Statements for changed accounts: inserts of new loans, and updates of loans whose outstanding amount changed. */
export function writeOpenLoans(
  changes: readonly { before: PaymentAccount | null; after: PaymentAccount }[],
): Statement[] {
  const changed = changes.flatMap(({ before, after }) => changedLoans(before, after));
  return [
    ...rowStatements(
      INSERT,
      changed.filter(({ isNew }) => isNew),
      [
        ({ loan }) => loan.id,
        ({ customerId }) => customerId,
        ({ loan }) => loan.externalId,
        ({ loan }) => isoTime(loan.takenAtMs),
        ({ loan }) => formatMoney(loan.amount),
        ({ loan }) => formatMoney(loan.outstanding),
      ],
    ),
    ...rowStatements(
      UPDATE,
      changed.filter(({ isNew }) => !isNew),
      [({ loan }) => loan.id, ({ loan }) => formatMoney(loan.outstanding)],
    ),
  ];
}

interface ChangedLoan {
  readonly loan: OpenLoan;
  readonly customerId: number;
  readonly isNew: boolean;
}

function changedLoans(before: PaymentAccount | null, after: PaymentAccount): ChangedLoan[] {
  const known = new Map(before?.loans.map((loan) => [loan.id, loan]));
  return after.loans
    .filter((loan) => known.get(loan.id) !== loan)
    .map((loan) => ({ loan, customerId: after.customerId, isNew: !known.has(loan.id) }));
}

interface LoanRow {
  readonly loan_id: string;
  readonly customer_id: string;
  readonly external_id: string;
  readonly taken_at: string;
  readonly amount: string;
  readonly outstanding: string;
}

interface OldestRow extends LoanRow {
  readonly customer_external_id: string | null;
}

function byCustomer(rows: readonly LoanRow[]): Map<number, OpenLoan[]> {
  const grouped = Map.groupBy(rows, (row) => Number(row.customer_id));
  return new Map([...grouped].map(([id, some]) => [id, some.map(readLoan)]));
}

function readLoan(row: LoanRow): OpenLoan {
  return {
    id: Number(row.loan_id),
    externalId: row.external_id,
    takenAtMs: new Date(row.taken_at).getTime(),
    amount: parseMoney(row.amount),
    outstanding: parseMoney(row.outstanding),
  };
}

function sums<Key>(amounts: readonly (readonly [Key | undefined, Money])[]): Map<Key, Money> {
  const sum = new Map<Key, Money>();
  for (const [key, amount] of amounts) if (key !== undefined) sum.set(key, (sum.get(key) ?? 0n) + amount);
  return sum;
}
