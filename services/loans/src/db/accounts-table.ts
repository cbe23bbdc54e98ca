/** Locks, reads and writes the accounts and loans of a batch with set-based statements. */
import { CUSTOMER_STATUSES, isoTime, LOAN_STATUSES, type StreamEvent } from '@mo/contracts';
import { run, type Statement } from '@mo/database';
import {
  type AccountTables,
  type BatchChanges,
  type Command,
  codeOf,
  followedValues,
  type ProgressRow,
  progressColumns,
  readProgress,
  rowStatements,
  wordOf,
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

const COLUMNS = `
  customer_id, external_id, status, score, debt, last_taken_at, version, restricted, last_time, customers_applied, customers_behind, payments_applied, payments_behind`;

const NEW = `unnest($1::bigint[], $2::text[], $3::smallint[], $4::numeric[], $5::numeric[], $6::timestamptz[], $7::bigint[],
    $8::bigint[], $9::timestamptz[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[]) AS new (${COLUMNS})`;

/** Ordered by id, the order in which accounts are locked. */
const INSERT_ACCOUNTS = `INSERT INTO accounts (${COLUMNS}) SELECT * FROM ${NEW} ORDER BY customer_id`;

const UPDATE_ACCOUNTS = `
  UPDATE accounts SET external_id = new.external_id, status = new.status, score = new.score, debt = new.debt,
    last_taken_at = new.last_taken_at, version = new.version, restricted = new.restricted, last_time = new.last_time,
    customers_applied = new.customers_applied, customers_behind = new.customers_behind,
    payments_applied = new.payments_applied, payments_behind = new.payments_behind
  FROM ${NEW}
  WHERE accounts.customer_id = new.customer_id`;

const INSERT_LOANS = `
  INSERT INTO loans (id, external_id, customer_id, amount, outstanding, status, contract_version, maximum_payment_date,
    taken_at, created_at, updated_at)
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::numeric[], $5::numeric[], $6::smallint[], $7::text[],
    $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[]) AS new (id, external_id)
  ORDER BY new.external_id`;

const UPDATE_LOANS = `
  UPDATE loans SET outstanding = new.outstanding, status = new.status, taken_at = new.taken_at, updated_at = new.updated_at
  FROM unnest($1::bigint[], $2::numeric[], $3::smallint[], $4::timestamptz[], $5::timestamptz[])
    AS new (id, outstanding, status, taken_at, updated_at)
  WHERE loans.id = new.id`;

export const accountTables: AccountTables<LoanAccount> = {
  table: 'accounts',
  own: 'loans',
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
    (account) => account.version,
    (account) => account.restricted,
    (account) => isoTime(account.lastTimeMs),
    ...followedValues(FOLLOWS),
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
