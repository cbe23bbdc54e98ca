import type { StreamEvent } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { SqlStore } from '@mo/messaging';
import { lockedBy, migratedDatabase, registered, takenMeanwhile, writtenAndRead } from '@mo/messaging/testing';
import { StoreConflictError } from '@mo/service-kit';
import { accountTables } from '../src/db/accounts-table.ts';
import { migrations } from '../src/db/migrations/index.ts';
import { paymentModel } from '../src/domain/model.ts';

/** Enough that a random order is unlikely to be sorted. */
const CUSTOMERS = [9, 3, 12, 1, 7, 10, 4, 2, 11, 6, 8, 5];

describe('the accounts of a batch', () => {
  let database: Database;
  beforeAll(async () => {
    database = await migratedDatabase('payments', migrations);
    await writtenAndRead(database, accountTables, paymentModel, CUSTOMERS.map(registered));
  });
  afterAll(() => database.close());

  it('are inserted in id order, whatever the order of their events', async () => {
    const rows = await run<{ customer_id: string }>(sqlOf(database), 'SELECT customer_id FROM accounts ORDER BY ctid');
    expect(rows.map(({ customer_id: id }) => Number(id))).toEqual(CUSTOMERS.toSorted((a, b) => a - b));
  });

  it('inserted concurrently by another process are a conflict and are not lost', async () => {
    const taken = takenMeanwhile(database, accountTables, paymentModel, registered(40));
    await expect(taken).rejects.toThrow(StoreConflictError);
  });

  it('are locked in id order, whatever order is given, and against every other process', async () => {
    const { order, shared } = await lockedBy(database, accountTables, CUSTOMERS);
    expect(order).toEqual(CUSTOMERS.toSorted((a, b) => a - b));
    expect(shared).toEqual([]);
  });

  it('are unlocked after the batch, and readable at any time', async () => {
    const store = new SqlStore(database, accountTables);
    await inTransaction(database, async (sql) => {
      await accountTables.lock(sql, CUSTOMERS, []);
      expect(await store.progress({ customerId: 1 })).toMatchObject({ customerId: 1, version: 0 });
    });
    expect((await lockedBy(database, accountTables, [1])).order).toEqual([1]);
  });

  it('are read by the next batch as they were written, including what they are behind on', async () => {
    const customer = { customer_id: 50, customer_external_id: 'fifty' };
    const rest = { customer_id: 50, time: new Date().toISOString(), traceparent: null };
    const told = { ...customer, status: 'inactive', score: '12.34', preapproved_at: null };
    const events = [
      { ...rest, stream: 'customers', version: 1, type: 'CustomerRegistered', data: told, seen: {} },
      { ...rest, stream: 'loans', version: 5, type: 'LoanPaid', data: customer, seen: { customers: 3 } },
    ] as StreamEvent[];
    const { written, read } = await writtenAndRead(database, accountTables, paymentModel, events);
    expect(written).toMatchObject([
      { externalId: 'fifty', applied: { customers: 1 }, behind: { customers: 3, loans: 5 } },
    ]);
    expect(read).toEqual(written);
  });
});
