import { buildIndexes, type Database, inTransaction, readPage, run, sqlOf } from '@mo/database';
import { explaining, indexesOf, type Plan } from '@mo/database/testing';
import { migratedDatabase } from '@mo/messaging/testing';
import { indexes, migrations } from '../src/db/migrations/index.ts';
import { customersPage } from '../src/queries/find-customers.ts';

const CUSTOMERS = 20_000;
const INACTIVE = 20;

describe('inactive customers, which are rare', () => {
  let database: Database;
  beforeAll(async () => {
    database = await migratedDatabase('customers', migrations);
    await buildIndexes(database, indexes);
  });
  afterAll(() => database.close());

  it('are read from their partial index instead of among all customers', async () => {
    const sql = sqlOf(database);
    await run(
      sql,
      `INSERT INTO customers (id, created_at, updated_at, external_id, status, score)
        SELECT n, now(), now(), 'customer-' || n, CASE WHEN n <= ${INACTIVE} THEN 2 ELSE 1 END, 1
        FROM generate_series(1, ${CUSTOMERS}) AS n`,
    );
    await run(sql, 'ANALYZE customers');
    const plans: Plan[] = [];
    const rows = await readPage(explaining(sql, plans), customersPage({ status: 'inactive', limit: 50 }));
    expect(rows).toHaveLength(INACTIVE);
    expect(plans.flatMap(indexesOf)).toEqual(['customers_inactive']);
  });

  it('are updated in place (HOT) when their score changes', async () => {
    const hot = await inTransaction(database, async (sql) => {
      await run(sql, 'UPDATE customers SET score = 2 WHERE id = 1');
      const text = `SELECT n_tup_hot_upd AS hot FROM pg_stat_xact_user_tables WHERE relname = 'customers'`;
      return run<{ hot: string }>(sql, text);
    });
    expect(hot).toEqual([{ hot: '1' }]);
  });
});
