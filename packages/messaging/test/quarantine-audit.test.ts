/** What the audit and a rebuild say of customers for whom an event is, or was, in the quarantine. */
import type { Stream } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { systemClock } from '@mo/service-kit';
import {
  type Account,
  type Audited,
  appendEvents,
  auditCustomer,
  imageTable,
  NO_ROWS,
  progressRow,
  progressTypes,
  readEntries,
  readSnapshot,
  rebuildCustomer,
  SqlStore,
  WritePath,
} from '../src/index.ts';
import type { Quarantined } from '../src/protocol/quarantine.ts';
import { QuarantineTable } from '../src/sql/quarantine.ts';
import { MemoryPeers } from './in-memory.ts';
import { eventOf, type Ledger, ledgerModel } from './ledger.ts';
import { type LedgerDatabases, ledgerTables, migratedLedger } from './ledger-tables.ts';

const LAG_MS_MAX = 60_000;
/** No service knows this customer. */
const NOBODY = 999_999_999_999;
/** This one is registered, and has a loan. */
const SOMEBODY = 7;
const REGISTERED = eventOf('customers', SOMEBODY, 1);
const LOAN = eventOf('loans', SOMEBODY, 1, { customers: 1 });
const NOT_OF_ANY_STREAM = 'no stream has events of this customer';

const audited: Audited<Ledger> = {
  model: ledgerModel,
  tables: [
    imageTable('accounts', {
      key: ['customer_id'],
      columns: { customer_id: 'bigint', ...progressTypes(ledgerModel.follows) },
      isAccount: true,
    }),
  ],
  progressTable: 'accounts',
  create: 'INSERT INTO accounts (customer_id) VALUES ($1) ON CONFLICT DO NOTHING',
  image: () => ({
    complete: (account) => account,
    keep: (account) => account,
    faultOf: () => null,
    rows: (account: Account) => ({
      accounts: [{ customer_id: String(account.customerId), ...progressRow(account) }],
    }),
    owing: () => ({ total: null, active: null }),
  }),
};

let database: Database;
let databases: LedgerDatabases;
let table: QuarantineTable;
beforeEach(async () => {
  ({ database, databases } = await migratedLedger());
  table = new QuarantineTable(database, 'accounts', ledgerModel.follows);
  await inTransaction(database, (sql) => appendEvents(sql, [LOAN]));
  await change(`INSERT INTO accounts (customer_id, version, restricted, last_time, customers_applied)
    VALUES (${SOMEBODY}, 1, 1, '${LOAN.time}', 1)`);
});
afterEach(() => databases.close());

const change = (text: string) => run(sqlOf(database), text);

function quarantine(...items: Quarantined[]): Promise<unknown> {
  const nothing = () => {};
  const observer = { batch: nothing, pull: nothing, unconfirmed: nothing, behind: nothing };
  const writePath = new WritePath({
    model: ledgerModel,
    store: new SqlStore(database, ledgerTables),
    peers: new MemoryPeers(),
    clock: systemClock,
    observer: { ...observer, faulty: nothing, quarantined: nothing },
  });
  return writePath.quarantine(items);
}

const unreadable = (customerId: number, offset: number, more: Partial<Quarantined> = {}): Quarantined => ({
  stream: 'customers',
  customerId,
  version: 1,
  reason: 'ce_specversion is missing, not 1.0',
  source: place(offset),
  ...more,
});
const place = (offset: number) => ({ topic: 'mo.customers', partition: 3, offset: String(offset) });

const settle = (settlement: 'dismissed' | 'replayed', ...offsets: number[]) =>
  table.settle(offsets.map((offset) => ({ source: place(offset), settlement })));

/** What the owner of customers has. */
const eventsOf = (customerId: number) => (customerId === SOMEBODY ? [REGISTERED] : []);

async function faultsOf(customerId: number): Promise<string[]> {
  const sql = sqlOf(database);
  const { customers, takenMs } = await readSnapshot(sql, audited, [customerId]);
  const own = (await readEntries(sql, 'loans', [customerId])).get(customerId) ?? [];
  const followed = { customers: eventsOf(customerId).map((event) => ({ version: event.version, event, fault: null })) };
  const record = { customerId, rows: customers.get(customerId) ?? NO_ROWS, own, followed, takenMs };
  return (await auditCustomer(audited, record, LAG_MS_MAX)).differences.map(({ text }) => text);
}

async function rebuilt(customerId: number): Promise<string[]> {
  const read = async (stream: Stream) => (stream === 'customers' ? eventsOf(customerId) : []);
  return (await rebuildCustomer(database, audited, customerId, read)).map(({ text }) => text);
}

const accountsOf = (customerId: number) =>
  change(`SELECT customers_behind, payments_behind FROM accounts WHERE customer_id = ${customerId}`);

it.each([
  ['nobody', NOBODY, 1],
  ['somebody', SOMEBODY, 99],
])(
  'an event of %s that is in no stream is no difference, whether it waits, was put back, or was dismissed',
  async (_who, customerId, version) => {
    await quarantine(unreadable(customerId, 1, { version }));
    const waiting = { customers_behind: String(version), payments_behind: '0' };
    expect([await faultsOf(customerId), await rebuilt(customerId)]).toEqual([[], []]);
    expect(await accountsOf(customerId)).toEqual([waiting]);
    await settle('replayed', 1);
    expect([await faultsOf(customerId), await rebuilt(customerId)]).toEqual([[], []]);
    expect(await accountsOf(customerId)).toEqual([waiting]);
    // It comes again as it was.
    await quarantine(unreadable(customerId, 2, { version }));
    expect(await settle('dismissed', 2)).toEqual([{ customerId, stream: 'customers', version }]);
    expect([await faultsOf(customerId), await rebuilt(customerId)]).toEqual([[], []]);
    const left = { customers_behind: '0', payments_behind: '0' };
    expect(await accountsOf(customerId)).toEqual(customerId === NOBODY ? [] : [left]);
  },
);

it('the account of nobody stays until the last of its events is dismissed, and only then', async () => {
  const items = [unreadable(NOBODY, 1), unreadable(NOBODY, 2, { stream: 'payments' })];
  await quarantine(...items);
  await settle('dismissed', 1);
  expect(await accountsOf(NOBODY)).toEqual([{ customers_behind: '0', payments_behind: '1' }]);
  expect(await faultsOf(NOBODY)).toEqual([]);
  await settle('dismissed', 2);
  expect(await accountsOf(NOBODY)).toEqual([]);
});

it('an account that was emptied by hand is kept when an event is dismissed, and is a difference', async () => {
  await change('UPDATE accounts SET version = 0, restricted = 0, customers_applied = 0');
  await quarantine(unreadable(SOMEBODY, 1, { version: 99 }));
  await settle('dismissed', 1);
  expect(await accountsOf(SOMEBODY)).toHaveLength(1);
  expect(await faultsOf(SOMEBODY)).toContain('version is 0, should be 1');
});

it('an account of nobody, and a mark for no known event, are differences until the customer is rebuilt', async () => {
  await change(`INSERT INTO accounts (customer_id) VALUES (${NOBODY})`);
  expect(await faultsOf(NOBODY)).toEqual([NOT_OF_ANY_STREAM]);
  await change(`UPDATE accounts SET customers_behind = 3 WHERE customer_id IN (${NOBODY}, ${SOMEBODY})`);
  const text = 'customers_behind is 3, should be 0';
  expect(await faultsOf(NOBODY)).toEqual([NOT_OF_ANY_STREAM, text]);
  expect(await faultsOf(SOMEBODY)).toEqual([text]);
  // Of the quarantine, only events at or above the mark explain it.
  await quarantine(
    unreadable(SOMEBODY, 1, { version: 2 }),
    unreadable(SOMEBODY, 2, { stream: 'payments', version: 9 }),
  );
  expect(await faultsOf(SOMEBODY)).toEqual([text]);
  await rebuilt(NOBODY);
  await rebuilt(SOMEBODY);
  expect(await accountsOf(NOBODY)).toEqual([]);
  expect([await faultsOf(NOBODY), await faultsOf(SOMEBODY)]).toEqual([[], []]);
});

it('a lost account is rebuilt with the marks of the quarantine', async () => {
  await quarantine(unreadable(NOBODY, 1));
  await change('DELETE FROM accounts');
  await rebuilt(NOBODY);
  expect(await accountsOf(NOBODY)).toEqual([{ customers_behind: '1', payments_behind: '0' }]);
});
