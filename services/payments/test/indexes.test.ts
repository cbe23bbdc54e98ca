/**
 * The indexes of payments: lists read few rows, and updates of the amount owed leave the index of open loans alone.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import { buildIndexes, type Database, NEXT_ROWS_MAX, readPage, run, sqlOf } from '@mo/database';
import { counting, explaining, indexesOf, nodeTypes, openTestDatabase, type Plan } from '@mo/database/testing';
import { rebuildCustomer } from '@mo/messaging';
import { migratedDatabase, registered, waitFor } from '@mo/messaging/testing';
import { paymentsAudited } from '../src/db/image.ts';
import { indexes, migrations } from '../src/db/migrations/index.ts';
import { OLDEST_LOANS, readOpenLoans } from '../src/db/open-loans.ts';
import { type PaymentFilters, paymentsPage } from '../src/queries/find-payments.ts';
import { lend, newPayment, type PaymentsUnderTest, postPayment, register, startPayments } from './harness.ts';

const LISTED = 20_000;
/** The first ones; all later ones are completed. One is made each hour. */
const REJECTED = 20;

/** A database with the account of customer 1 and nothing else. */
async function databaseOfOne(): Promise<Database> {
  const database = await migratedDatabase('payments', migrations);
  await buildIndexes(database, indexes);
  await run(sqlOf(database), 'INSERT INTO accounts (customer_id) VALUES (1)');
  return database;
}

describe('a list of payments', () => {
  let database: Database;
  beforeAll(async () => {
    database = await databaseOfOne();
    const sql = sqlOf(database);
    await run(
      sql,
      `INSERT INTO payments (id, created_at, updated_at, external_id, total_amount, status, paid_at, customer_id)
        SELECT n, now(), now(), 'payment-' || n, 1, CASE WHEN n <= ${REJECTED} THEN 2 ELSE 1 END, to_timestamp(3600 * n), 1
        FROM generate_series(1, ${LISTED}) AS n`,
    );
    await run(sql, 'ANALYZE');
  });
  afterAll(() => database.close());

  const SECOND_DAY = { paid_from: new Date('1970-01-02T00:00:00Z'), paid_to: new Date('1970-01-02T23:59:59.999Z') };
  const PERIOD_ROWS_MAX = NEXT_ROWS_MAX + 200;

  it.each<[string, string, PaymentFilters, number, number]>([
    ['rejected payments', 'payments_rejected', { status: 'rejected', limit: 50 }, REJECTED, 2 * REJECTED],
    ['an old day', 'payments_of_day', { ...SECOND_DAY, limit: 50 }, 24, PERIOD_ROWS_MAX],
    [
      'rejected payments until an old day',
      'payments_of_day',
      { paid_to: SECOND_DAY.paid_to, status: 'rejected', limit: 50 },
      REJECTED,
      PERIOD_ROWS_MAX,
    ],
  ])('reads few rows for %s', async (_which, index, filters, count, rowsMax) => {
    const plans: Plan[] = [];
    expect(await readPage(explaining(sqlOf(database), plans), paymentsPage(filters))).toHaveLength(count);
    expect(plans.flatMap(indexesOf)).toContain(index);
    const counts: number[] = [];
    await readPage(counting(sqlOf(database), counts), paymentsPage(filters));
    expect(counts).toHaveLength(1);
    expect(counts[0]).toBeLessThanOrEqual(rowsMax);
  });
});

const PAID_OFF = 20_000;
const OPEN = 2 * OLDEST_LOANS;
const PAYMENTS = 20;

describe('the open loans of a customer that has paid off many', () => {
  let database: Database;
  beforeAll(async () => {
    database = await databaseOfOne();
    const sql = sqlOf(database);
    await run(
      sql,
      `INSERT INTO open_loans (loan_id, customer_id, external_id, taken_at, amount, outstanding, is_open)
       SELECT n, 1, 'loan-' || n, to_timestamp(n), 1, (n > ${PAID_OFF})::int, n > ${PAID_OFF}
       FROM generate_series(1, ${PAID_OFF + OPEN}) AS n`,
    );
  });
  afterAll(() => database.close());

  const read = async (total: bigint) => {
    const plans: Plan[] = [];
    const demand = { customer: { customerId: 1 }, total };
    const loans = await readOpenLoans(explaining(sqlOf(database), plans), [demand]);
    return { ids: loans.get(1)?.map(({ id }) => id), plans };
  };
  const firstOpen = (loans: number) => Array.from({ length: loans }, (_, place) => PAID_OFF + 1 + place);

  it.each(['before', 'after'])(
    'are read from their partial index %s PostgreSQL has statistics of the table',
    async (when) => {
      if (when === 'after') await run(sqlOf(database), 'ANALYZE');
      const few = await read(1n);
      expect(few.ids).toEqual(firstOpen(OLDEST_LOANS));
      const many = await read(100n * BigInt(OPEN));
      expect(many.ids).toEqual(firstOpen(OPEN));
      for (const plan of many.plans) {
        expect(indexesOf(plan).filter((name) => name.startsWith('open_loans'))).toEqual(['open_loans_open']);
        expect(nodeTypes(plan)).not.toContain('Seq Scan');
      }
    },
  );
});

describe('the loans of a customer that pays', () => {
  let payments: PaymentsUnderTest;
  let database: Database;
  beforeAll(async () => {
    payments = await startPayments();
    database = await openTestDatabase(payments.databaseUrl);
  });
  afterAll(async () => {
    await database.close();
    await payments.stop();
  });
  const loans = () => run(sqlOf(database), 'SELECT outstanding, is_open FROM open_loans ORDER BY loan_id');

  it('are updated in place (HOT) until they are paid off, and rebuilt to the same rows', async () => {
    const id = register(payments.customers);
    const taken = [lend(payments.loans, id, '1.00'), lend(payments.loans, id, '2.00')];
    for (const amount of [...Array.from({ length: PAYMENTS }, () => '0.01'), '0.80'])
      expect((await postPayment(payments.app, newPayment(id, amount))).body.status).toBe('completed');
    const left = [
      { outstanding: '0.00', is_open: false },
      { outstanding: '2.00', is_open: true },
    ];
    expect(await loans()).toEqual(left);
    // PostgreSQL counts what a connection did when the connection ends.
    await payments.stopReplica(payments.app);
    const text = `SELECT n_tup_upd AS updated, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = 'open_loans'`;
    const updates = async () => (await run<{ updated: string; hot: string }>(sqlOf(database), text))[0];
    await waitFor(async () => Number((await updates())?.updated) > PAYMENTS);
    expect(await updates()).toEqual({ updated: String(PAYMENTS + 1), hot: String(PAYMENTS) });

    const events: Partial<Record<Stream, StreamEvent[]>> = { customers: [registered(id)], loans: taken };
    await rebuildCustomer(database, paymentsAudited, id, async (stream) => events[stream] ?? []);
    expect(await loans()).toEqual(left);
  });
});
