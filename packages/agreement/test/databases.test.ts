import { type StackFile, testServers } from '@mo/dev-stack';
import { differences, type Owner, query } from '../src/index.ts';

/** The compared columns of each service's tables. */
const TABLES: Readonly<Record<Owner, string>> = {
  customers: `
    CREATE TABLE customers (id bigint, score numeric(12,2), status smallint);
    CREATE TABLE balances (customer_id bigint, total_debt numeric(12,2));
    CREATE TABLE statement_entries (customer_id bigint, kind smallint, amount numeric(12,2));
    CREATE TABLE journal (customer_id bigint, version bigint)`,
  loans: `
    CREATE TABLE accounts (customer_id bigint, score numeric(12,2), status smallint, debt numeric(12,2));
    CREATE TABLE loans (id bigint, customer_id bigint, amount numeric(12,2), outstanding numeric(12,2), status smallint);
    CREATE TABLE journal (customer_id bigint, version bigint)`,
  payments: `
    CREATE TABLE accounts (customer_id bigint, owed numeric(12,2));
    CREATE TABLE open_loans (loan_id bigint, customer_id bigint, outstanding numeric(12,2));
    CREATE TABLE payments (id bigint, total_amount numeric(12,2), status smallint);
    CREATE TABLE payment_details (payment_id bigint, loan_id bigint, amount numeric(12,2));
    CREATE TABLE journal (customer_id bigint, version bigint)`,
};

/** Customer 1 has a pending loan of 5, an active one of 10 of which 4 are paid, and one of 3 that is paid off. */
const ROWS: Readonly<Record<Owner, string>> = {
  customers: `
    INSERT INTO customers VALUES (1, 100, 1), (2, 50, 2);
    INSERT INTO balances VALUES (1, 11), (2, 0);
    INSERT INTO statement_entries VALUES (1, 1, 10), (1, 1, 3), (1, 2, 7);
    INSERT INTO journal VALUES (1, 1), (2, 1), (2, 2)`,
  loans: `
    INSERT INTO accounts VALUES (1, 100, 1, 11), (2, 50, 2, 0);
    INSERT INTO loans VALUES (1, 1, 5, 5, 1), (2, 1, 10, 6, 2), (3, 1, 3, 0, 4);
    INSERT INTO journal VALUES (1, 1)`,
  payments: `
    INSERT INTO accounts VALUES (1, 6);
    INSERT INTO open_loans VALUES (2, 1, 6), (3, 1, 0);
    INSERT INTO payments VALUES (1, 7, 1), (2, 99, 2);
    INSERT INTO payment_details VALUES (1, 3, 3), (1, 2, 4);
    INSERT INTO journal VALUES (1, 1)`,
};

const OWNERS = Object.keys(TABLES) as Owner[];

describe('databases', () => {
  let stack: StackFile;
  beforeAll(async () => {
    const urls = await testServers().createDatabases('agreement');
    const entries = OWNERS.map((service) => [service, { databaseUrl: urls[service] }]);
    stack = Object.fromEntries(entries);
    for (const service of OWNERS) await query(stack, service, TABLES[service]);
  });
  beforeEach(async () => {
    for (const service of OWNERS) {
      const tables = TABLES[service].matchAll(/TABLE (\w+)/g).map(([, table]) => table);
      await query(stack, service, `TRUNCATE ${[...tables].join(', ')}`);
      await query(stack, service, ROWS[service]);
    }
  });

  it('that agree have no differences', async () => {
    expect(await differences(stack)).toEqual([]);
  });

  it.each<[what: string, service: Owner, change: string]>([
    ['the score', 'loans', 'UPDATE accounts SET score = 99 WHERE customer_id = 1'],
    ['the score', 'customers', 'DELETE FROM customers WHERE id = 2'],
    ['the status', 'loans', 'UPDATE accounts SET status = 1 WHERE customer_id = 2'],
    ['debt by balance', 'customers', 'UPDATE balances SET total_debt = 12 WHERE customer_id = 1'],
    ['debt by account', 'loans', 'UPDATE accounts SET debt = 12 WHERE customer_id = 1'],
    ['active debt by statement', 'customers', 'DELETE FROM statement_entries WHERE amount = 3'],
    ['active debt by statement', 'customers', 'UPDATE statement_entries SET kind = 1 WHERE kind = 2'],
    ['active debt by the account of payments', 'payments', 'UPDATE accounts SET owed = 5'],
    ['active debt by the account of payments', 'payments', 'DELETE FROM accounts'],
    ['what is owed by loans', 'payments', 'UPDATE open_loans SET outstanding = 5 WHERE loan_id = 2'],
    ['what is owed by loans', 'payments', 'DELETE FROM open_loans WHERE loan_id = 3'],
    ['what was paid off a loan', 'payments', 'UPDATE payment_details SET loan_id = 2'],
    ['a payment', 'payments', 'UPDATE payments SET total_amount = 8 WHERE id = 1'],
    [
      'the customers journal of customer 2 has a gap',
      'customers',
      'DELETE FROM journal WHERE customer_id = 2 AND version = 1',
    ],
  ])('that differ in %s are reported: in %s, %s', async (what, service, change) => {
    await query(stack, service, change);
    expect(await differences(stack)).toContainEqual(expect.stringMatching(new RegExp(`^${what}`)));
  });
});
