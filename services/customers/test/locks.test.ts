import { type Database, inTransaction, openDatabase, SqlStore } from '@mo/messaging';
import { lockedBy } from '@mo/messaging/testing';
import { createLogger } from '@mo/service-kit';
import { accountTables } from '../src/db/accounts-table.ts';
import { type CustomersUnderTest, registered, startCustomers } from './harness.ts';

/** Enough that no other order is theirs by chance. */
const CUSTOMERS = 12;

describe('the accounts of a batch', () => {
  let service: CustomersUnderTest;
  let database: Database;
  let ids: number[];
  beforeAll(async () => {
    service = await startCustomers();
    const logger = createLogger('test', 'silent');
    const { databaseUrl: url } = service;
    database = await openDatabase({ url, name: 'test', entities: [], migrations: [], connectionsMax: 2, logger });
    const customers = await Promise.all(Array.from({ length: CUSTOMERS }, () => registered(service.app)));
    ids = customers.map(({ id }) => id).toSorted((a, b) => b - a);
  });
  afterAll(async () => {
    await database.close();
    await service.stop();
  });

  it('are locked by id, whatever order they are named in, and against every other process', async () => {
    const { order, shared } = await lockedBy(database, accountTables, ids);
    expect(order).toEqual(ids.toSorted((a, b) => a - b));
    expect(shared).toEqual([]);
  });

  it('are free again after the batch, and can be read at any time', async () => {
    const store = new SqlStore(database, accountTables);
    await inTransaction(database, async (sql) => {
      await accountTables.lock(sql, ids, []);
      expect(await store.progress({ customerId: ids[0] })).toMatchObject({ version: 1 });
    });
    expect((await lockedBy(database, accountTables, ids.slice(0, 1))).order).toEqual(ids.slice(0, 1));
  });
});
