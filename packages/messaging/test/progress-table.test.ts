import { type Database, run, sqlOf } from '@mo/database';
import { ProgressTable } from '../src/index.ts';
import { ledgerModel } from './ledger.ts';
import { type LedgerDatabases, migratedLedger } from './ledger-tables.ts';

let database: Database;
let databases: LedgerDatabases;
let progress: ProgressTable;
beforeAll(async () => {
  ({ database, databases } = await migratedLedger());
  progress = new ProgressTable(database, 'accounts', ledgerModel.follows);
  await run(
    sqlOf(database),
    `INSERT INTO accounts (customer_id, customers_applied, customers_behind, payments_applied, payments_behind)
     VALUES (1, 3, 0, 2, 0), (2, 1, 4, 1, 0), (3, 1, 0, 1, 5), (4, 1, 2, 1, 3)`,
  );
});
afterAll(() => databases.close());

it('customers behind on any stream are found, with the version known to exist', async () => {
  expect(await progress.behind(0, 10)).toEqual([
    { customerId: 2, stream: 'customers', version: 4 },
    { customerId: 3, stream: 'payments', version: 5 },
    { customerId: 4, stream: 'customers', version: 2 },
    { customerId: 4, stream: 'payments', version: 3 },
  ]);
  expect((await progress.behind(0, 1)).map(({ customerId }) => customerId)).toEqual([2]);
  expect((await progress.behind(2, 1)).map(({ customerId }) => customerId)).toEqual([3]);
  expect(await progress.behind(4, 10)).toEqual([]);
});

it('customers behind are counted per stream', async () => {
  expect([...(await progress.countBehind())]).toEqual([
    ['customers', 2],
    ['payments', 2],
  ]);
});

it("an owner's heads are reduced to those not applied here, including unknown customers", async () => {
  const found = await progress.notApplied('payments', [
    [1, 2],
    [2, 2],
    [3, 1],
    [9, 1],
  ]);
  expect(found.toSorted((a, b) => a.customerId - b.customerId)).toEqual([
    { customerId: 2, stream: 'payments', version: 2 },
    { customerId: 9, stream: 'payments', version: 1 },
  ]);
});
