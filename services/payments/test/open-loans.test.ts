/** The open loans that a batch reads, compared with all of a customer's loans. */
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { migratedDatabase } from '@mo/messaging/testing';
import { parseMoney } from '@mo/money';
import { migrations } from '../src/db/migrations/index.ts';
import { type Demand, OLDEST_LOANS, readOpenLoans } from '../src/db/open-loans.ts';
import type { OpenLoan } from '../src/domain/open-loan.ts';

/** Customers with open loans of one cent, two cents and so on; older loans have higher ids. */
const FEW = { id: 1, name: 'few', loans: 3 };
const FULL = { id: 2, name: 'full', loans: OLDEST_LOANS };
const MANY = { id: 3, name: 'many', loans: 50 };
const CUSTOMERS = [FEW, FULL, MANY];

const DAY_MS = 86_400_000;
/** The sum of the first loans. */
const cents = (loans: number): bigint => BigInt((loans * (loans + 1)) / 2);

let database: Database;
beforeAll(async () => {
  database = await migratedDatabase('payments', migrations);
  const sql = sqlOf(database);
  for (const { id, name, loans } of CUSTOMERS) {
    const account = `INSERT INTO accounts (customer_id, external_id, owed, version, restricted, last_time, customers_applied, customers_behind,
      loans_applied, loans_behind) VALUES ($1, $2, $3, 1, 0, now(), 1, 0, 1, 0)`;
    await run(sql, account, [id, name, Number(cents(loans)) / 100]);
    await run(
      sql,
      `INSERT INTO open_loans (loan_id, customer_id, external_id, taken_at, amount, outstanding)
       SELECT $1 * 1000 - n, $1, 'loan-' || ($1 * 1000 - n), to_timestamp(n * $3), 1, n / 100.0 FROM generate_series(1, $2::int) AS n
       UNION ALL SELECT $1 * 1000, $1, 'paid-' || $1, to_timestamp(0), 1, 0`,
      [id, loans, DAY_MS / 1000],
    );
  }
});
afterAll(() => database.close());

const read = (...demands: Demand[]): Promise<ReadonlyMap<number, OpenLoan[]>> =>
  inTransaction(database, (sql) => readOpenLoans(sql, demands));
const centsOf = (loans: readonly OpenLoan[] | undefined): number[] =>
  (loans ?? []).map(({ outstanding }) => Number(outstanding));
const upTo = (loans: number): number[] => Array.from({ length: loans }, (_, place) => place + 1);

it('a batch reads the oldest open loans, as they were written, and no loan that is paid off', async () => {
  const loans = await read({ customer: { customerId: FEW.id }, total: 1n });
  expect(loans.get(FEW.id)).toEqual(
    upTo(3).map((n) => ({
      id: 1000 - n,
      externalId: `loan-${1000 - n}`,
      takenAtMs: n * DAY_MS,
      amount: parseMoney('1.00'),
      outstanding: BigInt(n),
    })),
  );
});

it.each([
  ['less than the oldest loans', cents(OLDEST_LOANS) - 1n, OLDEST_LOANS],
  ['exactly the oldest loans', cents(OLDEST_LOANS), OLDEST_LOANS],
  ['a cent more', cents(OLDEST_LOANS) + 1n, OLDEST_LOANS + 1],
  ['all but a cent', cents(50) - 1n, 50],
  ['all', cents(50), 50],
  ['more than is owed', cents(50) + 100n, 50],
])('a batch reads as many loans as a payment needs: %s', async (_of, total, count) => {
  for (const customer of [{ customerId: MANY.id }, { externalId: MANY.name }])
    expect(centsOf((await read({ customer, total })).get(MANY.id))).toEqual(upTo(count));
});

it('a batch reads as many loans as its payments need together, however they name their customer', async () => {
  const half = cents(20) / 2n;
  const byId = { customer: { customerId: MANY.id }, total: half };
  const byName = { customer: { externalId: MANY.name }, total: half };
  expect(centsOf((await read(byId, byName)).get(MANY.id))).toEqual(upTo(20));
  expect(centsOf((await read(byId, byId)).get(MANY.id))).toEqual(upTo(20));
  expect(centsOf((await read(byName, byName)).get(MANY.id))).toEqual(upTo(20));
  expect(centsOf((await read(byId)).get(MANY.id))).toEqual(upTo(OLDEST_LOANS));
  const byBoth = { customer: { customerId: MANY.id, externalId: MANY.name }, total: half };
  expect(centsOf((await read(byBoth)).get(MANY.id))).toEqual(upTo(OLDEST_LOANS));
  expect(centsOf((await read(byBoth, byName)).get(MANY.id))).toEqual(upTo(20));
});

it('a batch reads the loans of each of its customers, and of no other', async () => {
  const [few, full, many] = CUSTOMERS.map(({ id }) => ({ customer: { customerId: id }, total: cents(30) }));
  const loans = await read(few!, full!, many!);
  expect([FEW, FULL, MANY].map(({ id }) => centsOf(loans.get(id)).length)).toEqual([3, OLDEST_LOANS, 30]);
  expect([...(await read(full!)).keys()]).toEqual([FULL.id]);
  expect((await read({ customer: { customerId: 77 }, total: 1n })).size).toBe(0);
  expect((await read({ customer: { externalId: 'nobody' }, total: 1n })).size).toBe(0);
});
