/** Locks, reads and writes the accounts and payments of a batch, set-wise. */
import { isoTime, PAYMENT_STATUSES } from '@mo/contracts';
import {
  arrayRows,
  codeOf,
  columnNames,
  placedArrayRows,
  rowStatements,
  run,
  type Statement,
  sortedArrayRows,
  updateRows,
} from '@mo/database';
import {
  type AccountTables,
  type ProgressRow,
  progressColumns,
  progressTypes,
  progressValues,
  readProgress,
} from '@mo/messaging';
import { formatMoney, parseMoney } from '@mo/money';
import type { PaymentNeeds } from '../commands/needs.ts';
import { type PaymentAccount, unknownAccount } from '../domain/account.ts';
import { paymentModel } from '../domain/model.ts';
import type { Payment } from '../domain/payment.ts';
import { readOpenLoans, writeOpenLoans } from './open-loans.ts';

const FOLLOWS = paymentModel.follows;

const LOCK = `
  SELECT customer_id, external_id, owed, ${progressColumns(FOLLOWS, 'accounts')}
  FROM accounts WHERE customer_id = ANY($1::bigint[]) OR external_id = ANY($2::text[])
  ORDER BY customer_id FOR NO KEY UPDATE`;

/** The columns of an account. */
export const ACCOUNT = {
  customer_id: 'bigint',
  external_id: 'text',
  owed: 'numeric',
  ...progressTypes(FOLLOWS),
} as const;

/** Ordered by id, as accounts are locked. */
const INSERT_ACCOUNTS = `INSERT INTO accounts (${columnNames(ACCOUNT)}) ${arrayRows(ACCOUNT)} ORDER BY customer_id`;

const UPDATE_ACCOUNTS = updateRows('accounts', ACCOUNT);

/** The columns of a payment. */
export const PAYMENT = {
  id: 'bigint',
  external_id: 'text',
  customer_id: 'bigint',
  total_amount: 'numeric',
  status: 'smallint',
  paid_at: 'timestamptz',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const;

const INSERT_PAYMENTS = `INSERT INTO payments (${columnNames(PAYMENT)}) ${sortedArrayRows(PAYMENT, 'external_id')}`;

const DETAIL = { payment_id: 'bigint', loan_id: 'bigint', amount: 'numeric', created_at: 'timestamptz' };

const INSERT_DETAILS = `
  INSERT INTO payment_details (${columnNames(DETAIL)}, updated_at)
  SELECT ${columnNames(DETAIL)}, created_at FROM (${placedArrayRows(DETAIL)}) AS new ORDER BY place`;

export const accountTables: AccountTables<PaymentAccount> = {
  table: 'accounts',
  made: 'payments',
  idSequence: 'payments_id_seq',
  follows: FOLLOWS,
  byExternalId: 'SELECT customer_id FROM accounts WHERE external_id = ANY($1::text[])',

  lock: async (sql, customerIds, externalIds) =>
    (await run<AccountRow>(sql, LOCK, [customerIds, externalIds])).map(readAccount),

  unknown: unknownAccount,

  readBeside: async (sql, commands) => {
    if (commands.length === 0) return (account) => account;
    const demands = commands.map(({ customer, needs }) => ({ customer, ...(needs as PaymentNeeds) }));
    const loans = await readOpenLoans(sql, demands);
    return (account) => ({ ...account, loans: loans.get(account.customerId) ?? [] });
  },

  save: ({ accounts }) => {
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
      ...writeOpenLoans(accounts),
      ...insertPayments(payments),
      ...insertDetails(payments),
    ];
  },
};

function writeAccounts(text: string, accounts: readonly PaymentAccount[]): Statement[] {
  return rowStatements(text, accounts, [
    (account) => account.customerId,
    (account) => account.externalId,
    (account) => formatMoney(account.owed),
    ...progressValues(FOLLOWS),
  ]);
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
