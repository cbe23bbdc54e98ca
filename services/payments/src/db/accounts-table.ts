/** Locks, reads and writes the accounts and payments of a batch, set-wise. */
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

const COLUMNS = `
  customer_id, external_id, owed, version, restricted, last_time, customers_applied, customers_behind, loans_applied, loans_behind`;

const NEW = `unnest($1::bigint[], $2::text[], $3::numeric[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::bigint[],
    $8::bigint[], $9::bigint[], $10::bigint[]) AS new (${COLUMNS})`;

/** Ordered by id, as accounts are locked. */
const INSERT_ACCOUNTS = `INSERT INTO accounts (${COLUMNS}) SELECT * FROM ${NEW} ORDER BY customer_id`;

const UPDATE_ACCOUNTS = `
  UPDATE accounts SET external_id = new.external_id, owed = new.owed, version = new.version, restricted = new.restricted, last_time = new.last_time,
    customers_applied = new.customers_applied, customers_behind = new.customers_behind,
    loans_applied = new.loans_applied, loans_behind = new.loans_behind
  FROM ${NEW}
  WHERE accounts.customer_id = new.customer_id`;

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
    (account) => account.version,
    (account) => account.restricted,
    (account) => isoTime(account.lastTimeMs),
    ...followedValues(FOLLOWS),
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
