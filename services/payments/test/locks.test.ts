import { type Database, inTransaction, openDatabase, SqlStore } from '@mo/messaging';
import { lockedBy } from '@mo/messaging/testing';
import { createLogger } from '@mo/service-kit';
import { accountTables } from '../src/db/accounts-table.ts';
import { type PaymentsUnderTest, startPayments } from './harness.ts';

/** Enough that no other order is theirs by chance. */
const CUSTOMERS = [9, 3, 12, 1, 7, 10, 4, 2, 11, 6, 8, 5];

describe('the accounts of a batch', () => {
  let service: PaymentsUnderTest;
  let database: Database;
  beforeAll(async () => {
    service = await startPayments();
    const logger = createLogger('test', 'silent');
    const { databaseUrl: url } = service;
    database = await openDatabase({ url, name: 'test', entities: [], migrations: [], connectionsMax: 2, logger });
    await inTransaction(database, (sql) => accountTables.create(sql, CUSTOMERS));
  });
  afterAll(async () => {
    await database.close();
    await service.stop();
  });

  it('are locked by id, whatever order they are named in, and against every other process', async () => {
    const { order, shared } = await lockedBy(database, accountTables, CUSTOMERS);
    expect(order).toEqual(CUSTOMERS.toSorted((a, b) => a - b));
    expect(shared).toEqual([]);
  });

  it('are free again after the batch, and can be read at any time', async () => {
    const store = new SqlStore(database, accountTables);
    await inTransaction(database, async (sql) => {
      await accountTables.lock(sql, CUSTOMERS, []);
      expect(await store.progress({ customerId: 1 })).toMatchObject({ customerId: 1, version: 0 });
    });
    expect((await lockedBy(database, accountTables, [1])).order).toEqual([1]);
  });
});
