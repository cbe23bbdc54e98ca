import { buildIndexes, type Database, inTransaction, NEXT_ROWS_MAX, readPage, run, sqlOf } from '@mo/database';
import { counting, explaining, indexesOf, type Plan } from '@mo/database/testing';
import { migratedDatabase } from '@mo/messaging/testing';
import { indexes, migrations } from '../src/db/migrations/index.ts';
import { type LoanFilters, loansPage } from '../src/queries/find-loans.ts';

const LOANS = 20_000;
/** The first ones; all later ones are paid. One is taken each hour. */
const ACTIVE = 20;

describe('the loans of a mature book', () => {
  let database: Database;
  beforeAll(async () => {
    database = await migratedDatabase('loans', migrations);
    await buildIndexes(database, indexes);
    const sql = sqlOf(database);
    await run(sql, 'INSERT INTO accounts (customer_id) VALUES (1)');
    await run(
      sql,
      `INSERT INTO loans (id, created_at, updated_at, external_id, amount, status, maximum_payment_date, taken_at, customer_id, outstanding)
        SELECT n, now(), now(), 'loan-' || n, 1, CASE WHEN n <= ${ACTIVE} THEN 2 ELSE 4 END, now(), to_timestamp(3600 * n), 1,
          CASE WHEN n <= ${ACTIVE} THEN 1 ELSE 0 END
        FROM generate_series(1, ${LOANS}) AS n`,
    );
    await run(sql, 'ANALYZE');
  });
  afterAll(() => database.close());

  it.each([
    ['active', 'loans_active', ACTIVE],
    ['pending', 'loans_of_status', 0],
  ] as const)('that are %s are read from a partial index instead of among all loans', async (status, index, count) => {
    const plans: Plan[] = [];
    const rows = await readPage(explaining(sqlOf(database), plans), loansPage({ status, limit: 50 }));
    expect(rows).toHaveLength(count);
    expect(plans.flatMap(indexesOf)).toContain(index);
    expect(plans.flatMap(indexesOf)).not.toContain('loans_pkey');
  });

  const SECOND_DAY = { taken_from: new Date('1970-01-02T00:00:00Z'), taken_to: new Date('1970-01-02T23:59:59.999Z') };

  it.each<[string, LoanFilters, number]>([
    ['day', { ...SECOND_DAY, limit: 50 }, 24],
    ['day that are paid', { ...SECOND_DAY, status: 'paid', limit: 50 }, 24],
    ['day that are active', { taken_to: SECOND_DAY.taken_to, status: 'active', limit: 50 }, ACTIVE],
    ['day that are pending, of which there are none', { ...SECOND_DAY, status: 'pending', limit: 50 }, 0],
  ])('of an old %s are found by their day', async (_which, filters, count) => {
    const counts: number[] = [];
    expect(await readPage(counting(sqlOf(database), counts), loansPage(filters))).toHaveLength(count);
    expect(counts).toHaveLength(1);
    expect(counts[0]).toBeLessThan(NEXT_ROWS_MAX + 200);
    const plans: Plan[] = [];
    await readPage(explaining(sqlOf(database), plans), loansPage(filters));
    expect(new Set(plans.flatMap(indexesOf))).toEqual(new Set(['loans_pkey', 'loans_of_day', 'accounts_pkey']));
  });

  it.each<[string, LoanFilters]>([
    ['status', { status: 'paid', limit: 50 }],
    ['customer and status', { customer_id: 1, status: 'paid', limit: 50 }],
    ['customer and period', { customer_id: 1, ...SECOND_DAY, limit: 50 }],
  ])('of one %s are not sought by their day', async (_which, filters) => {
    const plans: Plan[] = [];
    await readPage(explaining(sqlOf(database), plans), loansPage(filters));
    expect(plans.flatMap(indexesOf)).not.toContain('loans_of_day');
  });

  it('are updated in place (HOT) by a partial payment', async () => {
    const hot = await inTransaction(database, async (sql) => {
      await run(sql, 'UPDATE loans SET outstanding = outstanding - 0.01, updated_at = now() WHERE id = 1');
      const text = `SELECT n_tup_hot_upd AS hot FROM pg_stat_xact_user_tables WHERE relname = 'loans'`;
      return run<{ hot: string }>(sql, text);
    });
    expect(hot).toEqual([{ hot: '1' }]);
  });
});
