/**
 * Locks, reads and writes the accounts of a batch, set-wise. An account consists of the customer's row and its
 * balance's row; one statement locks both.
 */
import { CUSTOMER_STATUSES, isoTime } from '@mo/contracts';
import {
  arrayRows,
  codeOf,
  columnNames,
  rowStatements,
  run,
  runAll,
  type Sql,
  type Statement,
  sortedArrayRows,
  updateRows,
} from '@mo/database';
import {
  type AccountTables,
  followedValues,
  idsOf,
  type ProgressRow,
  progressColumns,
  readProgress,
} from '@mo/messaging';
import { formatMoney, parseMoney } from '@mo/money';
import type { CustomerAccount } from '../domain/account.ts';
import { customerModel } from '../domain/model.ts';
import { entryOf } from '../domain/statement.ts';
import { CUSTOMER_COLUMNS, type CustomerRow, readCustomer } from './customer-rows.ts';
import { entryStatements } from './statement-table.ts';

const FOLLOWS = customerModel.follows;

const LOCK = `
  SELECT ${CUSTOMER_COLUMNS}, balances.total_debt, ${progressColumns(FOLLOWS, 'balances')}
  FROM customers JOIN balances ON balances.customer_id = customers.id
  WHERE customers.id = ANY($1::bigint[]) OR customers.external_id = ANY($2::text[])
  ORDER BY customers.id FOR NO KEY UPDATE`;

/** The columns of a customer. */
export const CUSTOMER = {
  id: 'bigint',
  external_id: 'text',
  status: 'smallint',
  score: 'numeric',
  preapproved_at: 'timestamptz',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const;

const INSERT_CUSTOMERS = `INSERT INTO customers (${columnNames(CUSTOMER)}) ${sortedArrayRows(CUSTOMER, 'external_id')}`;

const INSERT_FREE_CUSTOMERS = `${INSERT_CUSTOMERS} ON CONFLICT (external_id) DO NOTHING RETURNING id`;

const CHANGED_CUSTOMER = {
  id: 'bigint',
  status: 'smallint',
  score: 'numeric',
  preapproved_at: 'timestamptz',
  updated_at: 'timestamptz',
};

const UPDATE_CUSTOMERS = updateRows('customers', CHANGED_CUSTOMER);

const NEW_BALANCE = { customer_id: 'bigint', version: 'bigint', last_time: 'timestamptz' };

const INSERT_BALANCES = `INSERT INTO balances (${columnNames(NEW_BALANCE)}) ${arrayRows(NEW_BALANCE)}`;

/** Without the progress column `restricted`: no event of customers restricts a later decision. */
const BALANCE = {
  customer_id: 'bigint',
  total_debt: 'numeric',
  version: 'bigint',
  last_time: 'timestamptz',
  loans_applied: 'bigint',
  loans_behind: 'bigint',
  payments_applied: 'bigint',
  payments_behind: 'bigint',
};

const UPDATE_BALANCES = updateRows('balances', BALANCE);

const ID_SEQUENCE = 'customers_id_seq';

export const accountTables: AccountTables<CustomerAccount> = {
  table: 'balances',
  made: 'customers',
  idSequence: ID_SEQUENCE,
  follows: FOLLOWS,
  byExternalId: 'SELECT id AS customer_id FROM customers WHERE external_id = ANY($1::text[])',

  lock: async (sql, customerIds, externalIds) =>
    (await run<AccountRow>(sql, LOCK, [customerIds, externalIds])).map(readAccount),

  /** Only registration creates customers: an event of an unregistered one waits, without failing those of others. */
  unknown: () => null,

  readBeside: async () => (account) => account,

  save: ({ accounts, applied }) => {
    const registered = accounts.filter(({ before }) => before === null).map(({ after }) => after);
    const changed = accounts.filter(({ before }) => before !== null);
    return [
      ...insertCustomers(INSERT_CUSTOMERS, registered),
      ...insertBalances(registered),
      ...updateCustomers(
        changed.filter(({ before, after }) => before?.updatedAt !== after.updatedAt).map(({ after }) => after),
      ),
      ...updateBalances(changed.map(({ after }) => after)),
      ...entryStatements(applied.flatMap((event) => entryOf(event) ?? [])),
    ];
  },
};

/** New customer ids, ascending. */
export const newCustomerIds = (sql: Sql, count: number): Promise<number[]> => idsOf(sql, ID_SEQUENCE, count);

/**
 * Inserts new customers with their balances.
 *
 * @returns the ids of the inserted customers; the external_ids of the others are taken
 */
export async function insertAccounts(sql: Sql, accounts: readonly CustomerAccount[]): Promise<Set<number>> {
  const [insert] = insertCustomers(INSERT_FREE_CUSTOMERS, accounts);
  if (insert === undefined) return new Set();
  const rows = await run<{ id: string }>(sql, insert.text, insert.parameters);
  const ids = new Set(rows.map((row) => Number(row.id)));
  await runAll(sql, insertBalances(accounts.filter((account) => ids.has(account.customerId))));
  return ids;
}

function insertCustomers(text: string, accounts: readonly CustomerAccount[]): Statement[] {
  return rowStatements(text, accounts, [
    (account) => account.customerId,
    (account) => account.externalId,
    (account) => codeOf(CUSTOMER_STATUSES, account.status),
    (account) => formatMoney(account.score),
    (account) => account.preapprovedAt && isoTime(account.preapprovedAt),
    (account) => isoTime(account.createdAt),
    (account) => isoTime(account.updatedAt),
  ]);
}

function insertBalances(accounts: readonly CustomerAccount[]): Statement[] {
  return rowStatements(INSERT_BALANCES, accounts, [
    (account) => account.customerId,
    (account) => account.version,
    (account) => isoTime(account.lastTimeMs),
  ]);
}

function updateCustomers(accounts: readonly CustomerAccount[]): Statement[] {
  return rowStatements(UPDATE_CUSTOMERS, accounts, [
    (account) => account.customerId,
    (account) => codeOf(CUSTOMER_STATUSES, account.status),
    (account) => formatMoney(account.score),
    (account) => account.preapprovedAt && isoTime(account.preapprovedAt),
    (account) => isoTime(account.updatedAt),
  ]);
}

function updateBalances(accounts: readonly CustomerAccount[]): Statement[] {
  return rowStatements(UPDATE_BALANCES, accounts, [
    (account) => account.customerId,
    (account) => formatMoney(account.totalDebt),
    (account) => account.version,
    (account) => isoTime(account.lastTimeMs),
    ...followedValues(FOLLOWS),
  ]);
}

type AccountRow = CustomerRow & ProgressRow & { total_debt: string };

function readAccount(row: AccountRow): CustomerAccount {
  return { ...readCustomer(row), ...readProgress(FOLLOWS, row), totalDebt: parseMoney(row.total_debt) };
}
