import type { StreamEvent } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { SqlStore } from '@mo/messaging';
import { englishDatabase, lockedBy, migratedDatabase, writtenAndRead } from '@mo/messaging/testing';
import { accountTables, insertAccounts } from '../src/db/accounts-table.ts';
import { migrations } from '../src/db/migrations/index.ts';
import { type CustomerAccount, unknownAccount } from '../src/domain/account.ts';
import { customerModel } from '../src/domain/model.ts';
import { loanTaken, paymentApplied } from './events.ts';

/** Enough that a random order is unlikely to be sorted. */
const CUSTOMERS = [9, 3, 12, 1, 7, 10, 4, 2, 11, 6, 8, 5];
const NOW = '2026-01-01T00:00:00.000Z';

const registered = (customerId: number): CustomerAccount => ({
  ...unknownAccount(customerId),
  version: 1,
  externalId: `customer-${customerId}`,
  createdAt: new Date(NOW),
  updatedAt: new Date(NOW),
});

describe('the accounts of a batch', () => {
  let database: Database;
  beforeAll(async () => {
    database = await migratedDatabase('customers', migrations);
    await inTransaction(database, (sql) => insertAccounts(sql, CUSTOMERS.map(registered)));
  });
  afterAll(() => database.close());

  it('are locked in id order, whatever order is given, and against every other process', async () => {
    const { order, shared } = await lockedBy(database, accountTables, CUSTOMERS);
    expect(order).toEqual(CUSTOMERS.toSorted((a, b) => a - b));
    expect(shared).toEqual([]);
  });

  it('are unlocked after the batch, and readable at any time', async () => {
    const store = new SqlStore(database, accountTables);
    await inTransaction(database, async (sql) => {
      await accountTables.lock(sql, CUSTOMERS, []);
      expect(await store.progress({ customerId: 1 })).toMatchObject({ customerId: 1, version: 1 });
    });
    expect((await lockedBy(database, accountTables, [1])).order).toEqual([1]);
  });

  it('are read by the next batch as they were written, including what they are behind on', async () => {
    const customer = { id: 1, external_id: 'customer-1' };
    const rest = { customer_id: customer.id, time: NOW, traceparent: null };
    const loan = (version: number) => ({
      ...rest,
      stream: 'loans',
      type: 'LoanTaken',
      version,
      data: loanTaken(customer),
      seen: {},
    });
    const payment = paymentApplied(customer);
    const events = [
      loan(1),
      loan(5),
      { ...rest, stream: 'payments', version: 1, type: 'PaymentApplied', data: payment, seen: { loans: 2 } },
    ] as StreamEvent[];
    const { written, read } = await writtenAndRead(database, accountTables, customerModel, events);
    expect(written).toMatchObject([{ totalDebt: 10_000n, applied: { loans: 1 }, behind: { loans: 5, payments: 1 } }]);
    expect(read).toEqual(written);
  });
});

describe('in a database that sorts text by a language', () => {
  const NAMES = ['b', 'B', 'a', '_', 'A', 'ä', '-a'];
  let database: Database;
  beforeAll(async () => {
    database = await englishDatabase('customers', migrations);
  });
  afterAll(() => database?.close());

  it('external_ids are inserted in the order in which an atomic upload inserts its own', async () => {
    const named = (externalId: string, place: number) => ({ ...registered(place + 1), externalId });
    await inTransaction(database, (sql) => insertAccounts(sql, NAMES.map(named)));
    const rows = (order: string) => run(sqlOf(database), `SELECT external_id FROM customers ORDER BY ${order}`);
    expect(await rows('external_id COLLATE "default"')).not.toEqual(await rows('external_id'));
    expect(await rows('ctid')).toEqual(await rows('external_id'));
  });
});
