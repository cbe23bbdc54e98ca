/** Locks, reads and writes the accounts and loans of a batch, set-wise. */
import { CUSTOMER_STATUSES, isoTime, LOAN_STATUSES, type StreamEvent } from '@mo/contracts';
import {
  arrayRows,
  codeOf,
  columnNames,
  rowStatements,
  run,
  type Statement,
  sortedArrayRows,
  updateRows,
  wordOf,
} from '@mo/database';
import {
  type AccountTables,
  type BatchChanges,
  type Command,
  type ProgressRow,
  progressColumns,
  progressTypes,
  progressValues,
  readProgress,
} from '@mo/messaging';
import { formatMoney, parseMoney } from '@mo/money';
import type { LoanNeeds } from '../commands/needs.ts';
import { type LoanAccount, unknownAccount } from '../domain/account.ts';
import type { Loan } from '../domain/loan.ts';
import { loanModel } from '../domain/model.ts';
import { LOAN_COLUMNS, type LoanRow, readLoan } from './loan-rows.ts';

const FOLLOWS = loanModel.follows;

const LOCK = `
  SELECT customer_id, external_id, status, score, debt, last_taken_at, ${progressColumns(FOLLOWS, 'accounts')}
  FROM accounts WHERE customer_id = ANY($1::bigint[]) OR external_id = ANY($2::text[])
  ORDER BY customer_id FOR NO KEY UPDATE`;

const READ_LOANS = `SELECT ${LOAN_COLUMNS} FROM loans WHERE id = ANY($1::bigint[])`;

/** The columns of an account. */
export const ACCOUNT = {
  customer_id: 'bigint',
  external_id: 'text',
  status: 'smallint',
  score: 'numeric',
  debt: 'numeric',
  last_taken_at: 'timestamptz',
  ...progressTypes(FOLLOWS),
} as const;

/** Ordered by id, as accounts are locked. */
const INSERT_ACCOUNTS = `INSERT INTO accounts (${columnNames(ACCOUNT)}) ${arrayRows(ACCOUNT)} ORDER BY customer_id`;

const UPDATE_ACCOUNTS = updateRows('accounts', ACCOUNT);

/** The columns of a loan. */
export const LOAN = {
  id: 'bigint',
  external_id: 'text',
  customer_id: 'bigint',
  amount: 'numeric',
  outstanding: 'numeric',
  status: 'smallint',
  contract_version: 'text',
  maximum_payment_date: 'timestamptz',
  taken_at: 'timestamptz',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const;

const INSERT_LOANS = `INSERT INTO loans (${columnNames(LOAN)}) ${sortedArrayRows(LOAN, 'external_id')}`;

const CHANGED_LOAN = {
  id: 'bigint',
  outstanding: 'numeric',
  status: 'smallint',
  taken_at: 'timestamptz',
  updated_at: 'timestamptz',
};

const UPDATE_LOANS = updateRows('loans', CHANGED_LOAN);

export const accountTables: AccountTables<LoanAccount> = {
  table: 'accounts',
  made: 'loans',
  idSequence: 'loans_id_seq',
  follows: FOLLOWS,
  byExternalId: 'SELECT customer_id FROM accounts WHERE external_id = ANY($1::text[])',

  lock: async (sql, customerIds, externalIds) =>
    (await run<AccountRow>(sql, LOCK, [customerIds, externalIds])).map(readAccount),

  unknown: unknownAccount,

  readBeside: async (sql, commands, events) => {
    const ids = [
      ...new Set([
        ...commands.flatMap((command) => (command as Command<LoanAccount, LoanNeeds>).needs.loanIds),
        ...events.flatMap(loansOf),
      ]),
    ];
    if (ids.length === 0) return (account) => account;
    const loans = (await run<LoanRow>(sql, READ_LOANS, [ids])).map(readLoan);
    const byCustomer = Map.groupBy(loans, (loan) => loan.customerId);
    return (account) => {
      const own = byCustomer.get(account.customerId) ?? [];
      return own.length === 0 ? account : { ...account, loans: new Map(own.map((loan) => [loan.id, loan])) };
    };
  },

  save: ({ accounts }) => {
    const changed = accounts.flatMap(changedLoans);
    return [
      ...writeAccounts(
        INSERT_ACCOUNTS,
        accounts.filter(({ before }) => before === null).map(({ after }) => after),
      ),
      ...writeAccounts(
        UPDATE_ACCOUNTS,
        accounts.filter(({ before }) => before !== null).map(({ after }) => after),
      ),
      ...insertLoans(changed.filter(({ before }) => before === undefined).map(({ after }) => after)),
      ...updateLoans(changed.filter(({ before }) => before !== undefined).map(({ after }) => after)),
    ];
  },
};

/** The loans that a followed event touches. */
const loansOf = (event: StreamEvent): number[] =>
  event.type === 'PaymentApplied' ? event.data.details.map((detail) => detail.loan_id) : [];

function changedLoans({ before, after }: BatchChanges<LoanAccount>['accounts'][number]) {
  return [...after.loans.values()]
    .map((loan) => ({ before: before?.loans.get(loan.id), after: loan }))
    .filter((change) => change.before !== change.after);
}

function writeAccounts(text: string, accounts: readonly LoanAccount[]): Statement[] {
  return rowStatements(text, accounts, [
    (account) => account.customerId,
    (account) => account.externalId,
    (account) => (account.status === null ? null : codeOf(CUSTOMER_STATUSES, account.status)),
    (account) => formatMoney(account.score),
    (account) => formatMoney(account.debt),
    (account) => isoTime(account.lastTakenMs),
    ...progressValues(FOLLOWS),
  ]);
}

function insertLoans(loans: readonly Loan[]): Statement[] {
  return rowStatements(INSERT_LOANS, loans, [
    (loan) => loan.id,
    (loan) => loan.externalId,
    (loan) => loan.customerId,
    (loan) => formatMoney(loan.amount),
    (loan) => formatMoney(loan.outstanding),
    (loan) => codeOf(LOAN_STATUSES, loan.status),
    (loan) => loan.contractVersion,
    (loan) => isoTime(loan.maximumPaymentDate),
    (loan) => loan.takenAt && isoTime(loan.takenAt),
    (loan) => isoTime(loan.createdAt),
    (loan) => isoTime(loan.updatedAt),
  ]);
}

function updateLoans(loans: readonly Loan[]): Statement[] {
  return rowStatements(UPDATE_LOANS, loans, [
    (loan) => loan.id,
    (loan) => formatMoney(loan.outstanding),
    (loan) => codeOf(LOAN_STATUSES, loan.status),
    (loan) => loan.takenAt && isoTime(loan.takenAt),
    (loan) => isoTime(loan.updatedAt),
  ]);
}

interface AccountRow extends ProgressRow {
  customer_id: string;
  external_id: string | null;
  status: number | null;
  score: string;
  debt: string;
  last_taken_at: string;
}

function readAccount(row: AccountRow): LoanAccount {
  return {
    customerId: Number(row.customer_id),
    ...readProgress(FOLLOWS, row),
    externalId: row.external_id,
    status: row.status === null ? null : wordOf(CUSTOMER_STATUSES, row.status),
    score: parseMoney(row.score),
    debt: parseMoney(row.debt),
    lastTakenMs: new Date(row.last_taken_at).getTime(),
    loans: new Map(),
  };
}
