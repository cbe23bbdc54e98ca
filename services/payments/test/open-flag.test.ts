/** An upgrade from the version before open loans were flagged, which may run at the same time. */
import { type Database, migrate, migrateFirst, run, sqlOf } from '@mo/database';
import { openTestDatabase } from '@mo/database/testing';
import { testServers } from '@mo/dev-stack';
import { createLogger } from '@mo/service-kit';
import { indexes, migrations } from '../src/db/migrations/index.ts';
import { readOpenLoans } from '../src/db/open-loans.ts';

const MIGRATIONS_BEFORE = migrations.slice(
  0,
  migrations.findIndex(({ name }) => name === 'open-flag'),
);
const logger = createLogger('test', 'silent');

let database: Database;
let url: string;
beforeEach(async () => {
  ({ payments: url } = await testServers().createDatabases('payments'));
  database = await openTestDatabase(url, { migrations: MIGRATIONS_BEFORE, connectionsMax: 2 });
  await migrate(database);
  await query('INSERT INTO accounts (customer_id) VALUES (1)');
  await lend('(1, 0), (2, 0.01), (3, 1), (4, 0)');
});
afterEach(() => database.close());

const query = <Row>(text: string, parameters: unknown[] = []): Promise<Row[]> =>
  run<Row>(sqlOf(database), text, parameters);
/** As the previous version inserts loans. @param loans their ids and outstanding amounts */
const lend = (loans: string) =>
  query(`INSERT INTO open_loans (loan_id, customer_id, external_id, taken_at, amount, outstanding)
    SELECT id, 1, 'loan-' || id, now(), 1, outstanding FROM (VALUES ${loans}) AS new (id, outstanding)`);
/** As the previous version pays off a loan. */
const payOff = (loanId: number) => query('UPDATE open_loans SET outstanding = 0 WHERE loan_id = $1', [loanId]);
const upgrade = () => migrateFirst('payments', { url }, { migrations, indexes }, logger);

const fileOf = async () =>
  (await query<{ file: string }>(`SELECT pg_relation_filenode('open_loans') AS file`))[0]?.file;
const indexNames = async () => {
  const text = `SELECT indexname AS name FROM pg_indexes JOIN pg_index ON indexrelid = indexname::regclass
    WHERE tablename = 'open_loans' AND indisvalid ORDER BY 1`;
  return (await query<{ name: string }>(text)).map(({ name }) => name);
};
const flagged = async () => {
  const rows = await query<{ id: string }>('SELECT loan_id AS id FROM open_loans WHERE is_open ORDER BY 1');
  return rows.map(({ id }) => Number(id));
};

it('flags open loans without a rewrite of the table, and replaces their index', async () => {
  const file = await fileOf();
  await upgrade();
  expect(await flagged()).toEqual([2, 3]);
  expect(await fileOf()).toBe(file);
  expect(await indexNames()).toEqual(['open_loans_customer', 'open_loans_open', 'open_loans_pkey']);
});

it('lets the previous version take and pay off loans, without lost or wrongly open ones', async () => {
  await upgrade();
  await lend('(5, 1), (6, 1)');
  await payOff(3);
  await payOff(5);
  expect(await flagged()).toEqual([2, 3, 5, 6]);
  const open = await readOpenLoans(sqlOf(database), [{ customer: { customerId: 1 }, total: 1n }]);
  expect(open.get(1)?.map(({ id }) => id)).toEqual([2, 6]);
});

it('rejects an owed loan without the flag, because no payment would find it', async () => {
  await upgrade();
  await expect(query('UPDATE open_loans SET is_open = false WHERE loan_id = 2')).rejects.toThrow(
    'open_loans_is_open_check',
  );
});
