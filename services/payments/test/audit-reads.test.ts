/** How much an audit reads: the rows of its customers, even with plans that were made while the tables were empty. */
import { buildIndexes, type Database, inTransaction, run, type Sql, sqlOf } from '@mo/database';
import { readSnapshot } from '@mo/messaging';
import { migratedDatabase } from '@mo/messaging/testing';
import { paymentsAudited } from '../src/db/image.ts';
import { indexes, migrations } from '../src/db/migrations/index.ts';

const CUSTOMERS = 20_000;
const AUDITED = [1, 2, 3, 4, 5];
const TABLES = ['accounts', 'open_loans', 'payments', 'payment_details'];

/** Gives each customer one loan and one payment of it. */
const FILL = [
  'INSERT INTO accounts (customer_id) SELECT n FROM n',
  `INSERT INTO open_loans (loan_id, customer_id, external_id, taken_at, amount, outstanding)
    SELECT n, n, 'loan-' || n, now(), 2, 1 FROM n`,
  `INSERT INTO payments (id, customer_id, external_id, total_amount, status, paid_at, created_at, updated_at)
    SELECT n, n, 'payment-' || n, 1, 1, now(), now(), now() FROM n`,
  `INSERT INTO payment_details (payment_id, loan_id, amount, created_at, updated_at)
    SELECT n, n, 1, now(), now() FROM n`,
].map((text) => `WITH n AS (SELECT generate_series(1, ${CUSTOMERS}) AS n) ${text}`);

/** The rows that this transaction has read, by table. */
async function rowsRead(sql: Sql): Promise<Record<string, number>> {
  const text = `SELECT relname AS name, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS rows
    FROM pg_stat_xact_user_tables WHERE relname = ANY($1::text[])`;
  const rows = await run<{ name: string; rows: string }>(sql, text, [TABLES]);
  return Object.fromEntries(rows.map(({ name, rows: count }) => [name, Number(count)]));
}

describe('an audit', () => {
  let database: Database;
  beforeAll(async () => {
    database = await migratedDatabase('payments', migrations);
    await buildIndexes(database, indexes);
    await run(sqlOf(database), `VACUUM ANALYZE ${TABLES.join(', ')}`);
  });
  afterAll(() => database.close());

  it('reads the rows of its customers alone, though its statements were prepared on empty tables', async () => {
    const { customers, read } = await inTransaction(database, async (sql) => {
      await readSnapshot(sql, paymentsAudited, AUDITED);
      for (const text of FILL) await run(sql, text);
      const before = await rowsRead(sql);
      const snapshot = await readSnapshot(sql, paymentsAudited, AUDITED);
      const after = await rowsRead(sql);
      return {
        customers: snapshot.customers,
        read: TABLES.map((name) => (after[name] ?? 0) - (before[name] ?? 0)),
      };
    });
    for (const id of AUDITED)
      expect(customers.get(id)?.tables.payment_details).toMatchObject([{ payment_id: String(id), amount: '1.00' }]);
    expect(read.filter((rows) => rows > 2 * AUDITED.length)).toEqual([]);
  });
});
