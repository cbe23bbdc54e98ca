/** The accounts, open loans and payments of a batch: how they are locked, read and written, set-wise. */
import { isoTime, PAYMENT_STATUSES } from '@mo/contracts';
import { run, type Statement } from '@mo/database';
import {
  type AccountTables,
  codeOf,
  followedValues,
  type ProgressRow,
  progressColumns,
  readProgress,
  rowStatements,
} from '@mo/messaging';
import { formatMoney, parseMoney } from '@mo/money';
import { type PaymentAccount, unknownAccount } from '../domain/account.ts';
import { paymentModel } from '../domain/model.ts';
import type { OpenLoan } from '../domain/open-loan.ts';
import type { Payment } from '../domain/payment.ts';

const FOLLOWS = paymentModel.follows;

const LOCK = `
  SELECT customer_id, external_id, owed, ${progressColumns(FOLLOWS, 'accounts')}
  FROM accounts WHERE customer_id = ANY($1::bigint[]) OR external_id = ANY($2::text[])
  ORDER BY customer_id FOR NO KEY UPDATE`;

const READ_LOANS = `
  SELECT loan_id, customer_id, external_id, taken_at, amount, outstanding FROM open_loans
  WHERE customer_id = ANY(ARRAY(
    SELECT unnest($1::bigint[]) UNION SELECT customer_id FROM accounts WHERE external_id = ANY($2::text[])
  )) AND outstanding > 0
  ORDER BY customer_id, taken_at, loan_id`;

const COLUMNS = `
  customer_id, external_id, owed, version, restricted, last_time, customers_applied, customers_behind, loans_applied, loans_behind`;

const NEW = `unnest($1::bigint[], $2::text[], $3::numeric[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::bigint[],
    $8::bigint[], $9::bigint[], $10::bigint[]) AS new (${COLUMNS})`;

/** By id, as accounts are locked. */
const INSERT_ACCOUNTS = `INSERT INTO accounts (${COLUMNS}) SELECT * FROM ${NEW} ORDER BY customer_id`;

const UPDATE_ACCOUNTS = `
  UPDATE accounts SET external_id = new.external_id, owed = new.owed, version = new.version, restricted = new.restricted, last_time = new.last_time,
    customers_applied = new.customers_applied, customers_behind = new.customers_behind,
    loans_applied = new.loans_applied, loans_behind = new.loans_behind
  FROM ${NEW}
  WHERE accounts.customer_id = new.customer_id`;

const INSERT_LOANS = `
  INSERT INTO open_loans (loan_id, customer_id, external_id, taken_at, amount, outstanding)
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::numeric[], $6::numeric[])`;

const UPDATE_LOANS = `
  UPDATE open_loans SET outstanding = new.outstanding FROM unnest($1::bigint[], $2::numeric[]) AS new (loan_id, outstanding)
  WHERE open_loans.loan_id = new.loan_id`;

const INSERT_PAYMENTS = `
  INSERT INTO payments (id, external_id, customer_id, total_amount, status, paid_at, created_at, updated_at)
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::numeric[], $5::smallint[], $6::timestamptz[],
    $7::timestamptz[], $8::timestamptz[]) AS new (id, external_id)
  ORDER BY new.external_id`;

const INSERT_DETAILS = `
  INSERT INTO payment_details (payment_id, loan_id, amount, created_at, updated_at)
  SELECT payment_id, loan_id, amount, created_at, created_at
  FROM unnest($1::bigint[], $2::bigint[], $3::numeric[], $4::timestamptz[]) WITH ORDINALITY
    AS new (payment_id, loan_id, amount, created_at, place)
  ORDER BY place`;

export const accountTables: AccountTables<PaymentAccount> = {
  table: 'accounts',
  own: 'payments',
  made: 'payments',
  idSequence: 'payments_id_seq',
  follows: FOLLOWS,
  byExternalId: 'SELECT customer_id FROM accounts WHERE external_id = ANY($1::text[])',

  lock: async (sql, customerIds, externalIds) =>
    (await run<AccountRow>(sql, LOCK, [customerIds, externalIds])).map(readAccount),

  unknown: unknownAccount,

  readBeside: async (sql, commands) => {
    const ids = new Set(commands.flatMap(({ customer }) => customer.customerId ?? []));
    const names = new Set(commands.flatMap(({ customer }) => customer.externalId ?? []));
    if (ids.size + names.size === 0) return (account) => account;
    const rows = await run<LoanRow>(sql, READ_LOANS, [[...ids], [...names]]);
    const loans = Map.groupBy(rows, (row) => Number(row.customer_id));
    return (account) => ({ ...account, loans: loans.get(account.customerId)?.map(readLoan) ?? [] });
  },

  save: ({ accounts }) => {
    const loans = accounts.flatMap(({ before, after }) => changedLoans(before, after));
    const payments = accounts.flatMap(({ after }) => [...after.payments.values()]);
    return [
      ...writeAccounts(
        INSERT_ACCOUNTS,
        accounts.filter(({ before }) => before === null).map(({ after }) => after),
      ),
      ...writeAccounts(
        UPDATE_ACCOUNTS,
        accounts.filter(({ before }) => before !== null).map(({ after }) => after),
      ),
      ...insertLoans(loans.filter(({ isNew }) => isNew)),
      ...updateLoans(loans.filter(({ isNew }) => !isNew)),
      ...insertPayments(payments),
      ...insertDetails(payments),
    ];
  },
};

type ChangedLoan = { loan: OpenLoan; customerId: number; isNew: boolean };

function changedLoans(before: PaymentAccount | null, after: PaymentAccount): ChangedLoan[] {
  const known = new Map(before?.loans.map((loan) => [loan.id, loan]));
  return after.loans
    .filter((loan) => known.get(loan.id) !== loan)
    .map((loan) => ({ loan, customerId: after.customerId, isNew: !known.has(loan.id) }));
}

function writeAccounts(text: string, accounts: readonly PaymentAccount[]): Statement[] {
  return rowStatements(text, accounts, [
    (account) => account.customerId,
    (account) => account.externalId,
    (account) => formatMoney(account.owed),
    (account) => account.version,
    (account) => account.restricted,
    (account) => isoTime(account.lastTimeMs),
    ...followedValues(FOLLOWS),
  ]);
}

function insertLoans(loans: readonly ChangedLoan[]): Statement[] {
  return rowStatements(INSERT_LOANS, loans, [
    ({ loan }) => loan.id,
    ({ customerId }) => customerId,
    ({ loan }) => loan.externalId,
    ({ loan }) => isoTime(loan.takenAtMs),
    ({ loan }) => formatMoney(loan.amount),
    ({ loan }) => formatMoney(loan.outstanding),
  ]);
}

function updateLoans(loans: readonly ChangedLoan[]): Statement[] {
  return rowStatements(UPDATE_LOANS, loans, [({ loan }) => loan.id, ({ loan }) => formatMoney(loan.outstanding)]);
}

function insertPayments(payments: readonly Payment[]): Statement[] {
  return rowStatements(INSERT_PAYMENTS, payments, [
    (payment) => payment.id,
    (payment) => payment.externalId,
    (payment) => payment.customerId,
    (payment) => formatMoney(payment.totalAmount),
    (payment) => codeOf(PAYMENT_STATUSES, payment.status),
    (payment) => isoTime(payment.paidAt),
    (payment) => isoTime(payment.createdAt),
    (payment) => isoTime(payment.updatedAt),
  ]);
}

function insertDetails(payments: readonly Payment[]): Statement[] {
  const details = payments.flatMap((payment) => payment.details.map((detail) => ({ ...detail, payment })));
  return rowStatements(INSERT_DETAILS, details, [
    ({ payment }) => payment.id,
    ({ loanId }) => loanId,
    ({ amount }) => formatMoney(amount),
    ({ payment }) => isoTime(payment.createdAt),
  ]);
}

interface AccountRow extends ProgressRow {
  customer_id: string;
  external_id: string | null;
  owed: string;
}

function readAccount(row: AccountRow): PaymentAccount {
  return {
    customerId: Number(row.customer_id),
    ...readProgress(FOLLOWS, row),
    externalId: row.external_id,
    owed: parseMoney(row.owed),
    loans: [],
    payments: new Map(),
  };
}

interface LoanRow {
  loan_id: string;
  customer_id: string;
  external_id: string;
  taken_at: string;
  amount: string;
  outstanding: string;
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
