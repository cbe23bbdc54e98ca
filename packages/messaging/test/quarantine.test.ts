/** The quarantine on a real database: rows are written and end with the account, whichever process is at work. */

import { type Database, run, sqlOf } from '@mo/database';
import { systemClock } from '@mo/service-kit';
import { SqlStore, type StreamModel, WritePath } from '../src/index.ts';
import type { Quarantined } from '../src/protocol/quarantine.ts';
import { QuarantineTable } from '../src/sql/quarantine.ts';
import { MemoryPeers } from './in-memory.ts';
import { commandOf, eventOf, type Ledger, ledgerModel, refusal } from './ledger.ts';
import { type LedgerDatabases, ledgerTables, migratedLedger } from './ledger-tables.ts';

let database: Database;
let databases: LedgerDatabases;
let peers: MemoryPeers;
let table: QuarantineTable;
beforeEach(async () => {
  ({ database, databases } = await migratedLedger());
  peers = new MemoryPeers();
  table = new QuarantineTable(database, 'accounts', ledgerModel.follows);
});
afterEach(() => databases.close());

/** As one process of the service. */
function processOf(on: Database, model: StreamModel<Ledger> = ledgerModel): WritePath<Ledger> {
  const nothing = () => {};
  const observer = { batch: nothing, pull: nothing, unconfirmed: nothing, behind: nothing };
  return new WritePath({
    model,
    store: new SqlStore(on, ledgerTables),
    peers,
    clock: systemClock,
    observer: { ...observer, faulty: nothing, quarantined: nothing },
  });
}

const place = (offset: number) => ({ topic: 'mo.payments', partition: 3, offset: String(offset) });
const unreadable = (customerId: number | null, version: number | null, offset: number | null): Quarantined => ({
  stream: 'payments',
  customerId,
  version,
  reason: 'the data is not JSON',
  source: offset === null ? null : place(offset),
});
const count = async () => (await table.counts()).get('payments');
const behindOf = async (customerId: number) =>
  (await new SqlStore(database, ledgerTables).progress({ customerId }))?.behind;

it('an event has one row, however often and on whichever path it arrives, until its version is applied', async () => {
  const [one, other] = [processOf(database), processOf(await databases.open())];
  await Promise.all([
    one.quarantine([unreadable(1, 2, null), unreadable(1, 2, 7)]),
    other.quarantine([unreadable(1, 2, 7)]),
  ]);
  await one.quarantine([unreadable(1, 2, null)]);
  expect(await run(sqlOf(database), 'SELECT customer_id, version, source_offset FROM quarantine')).toEqual([
    { customer_id: '1', version: '2', source_offset: '7' },
  ]);
  expect(await behindOf(1)).toEqual({ payments: 2 });
  await other.follow([eventOf('payments', 1, 1)]);
  expect(await count()).toBe(1);
  await other.follow([eventOf('payments', 1, 2)]);
  expect(await count()).toBe(0);
  expect(await behindOf(1)).toEqual({});
});

it('an already applied event blocks no customer', async () => {
  const writePath = processOf(database);
  await writePath.follow([eventOf('payments', 1, 1)]);
  await writePath.quarantine([unreadable(1, 1, 7)]);
  expect(await count()).toBe(0);
  expect(await behindOf(1)).toEqual({});
});

it('an event applied in the same batch leaves no row', async () => {
  const writePath = processOf(database);
  await Promise.all([writePath.quarantine([unreadable(1, 1, 7)]), writePath.follow([eventOf('payments', 1, 1)])]);
  expect(await count()).toBe(0);
  expect(await behindOf(1)).toEqual({});
});

it('a row without customer or version ends when its letter is settled, in either way', async () => {
  const writePath = processOf(database);
  const items = [unreadable(null, null, 1), unreadable(5, null, 2), unreadable(null, 3, 3)];
  await writePath.quarantine(items);
  await writePath.quarantine(items);
  expect(await count()).toBe(3);
  await table.settle([
    { source: place(1), settlement: 'replayed' },
    { source: place(2), settlement: 'dismissed' },
    { source: place(9), settlement: 'dismissed' },
  ]);
  expect(await run(sqlOf(database), 'SELECT source_offset FROM quarantine')).toEqual([{ source_offset: '3' }]);
});

it('a customer still waits for an event that was put back, but not for a dismissed one', async () => {
  const writePath = processOf(database);
  await writePath.quarantine([unreadable(1, 4, 1), unreadable(1, 9, 2)]);
  expect(await table.settle([{ source: place(2), settlement: 'replayed' }])).toEqual([]);
  expect(await behindOf(1)).toEqual({ payments: 9 });
  const letter = (offset: number) => [{ source: place(offset), settlement: 'dismissed' }] as const;
  expect(await table.settle(letter(2))).toEqual([{ customerId: 1, stream: 'payments', version: 9 }]);
  expect(await behindOf(1)).toEqual({ payments: 4 });
  expect(await table.settle(letter(1))).toEqual([{ customerId: 1, stream: 'payments', version: 4 }]);
  // Nothing is known of this customer.
  expect(await behindOf(1)).toBeUndefined();
  expect(await count()).toBe(0);
});

it('a customer that also waited for other events when one was dismissed is returned, with the last of them', async () => {
  const writePath = processOf(database);
  await writePath.quarantine([unreadable(1, 2, 7), unreadable(2, 1, 8)]);
  await writePath.follow([eventOf('payments', 1, 12)]);
  await writePath.quarantine([unreadable(1, 20, null)]);
  const dismissed = [7, 8].map((offset) => ({ source: place(offset), settlement: 'dismissed' as const }));
  // The other letter of customer 1 stands, and with it the mark.
  expect(await table.settle(dismissed)).toEqual([{ customerId: 2, stream: 'payments', version: 1 }]);
  expect(await behindOf(1)).toEqual({ payments: 20 });
  await writePath.quarantine([unreadable(3, 2, 9)]);
  await writePath.follow([eventOf('payments', 3, 12)]);
  expect(await table.settle([{ source: place(9), settlement: 'dismissed' }])).toEqual([
    { customerId: 3, stream: 'payments', version: 12 },
  ]);
  expect(await behindOf(3)).toBeUndefined();
});

describe('a valid event', () => {
  const faulty: StreamModel<Ledger> = {
    ...ledgerModel,
    evolve: (account, events) => {
      if (account.customerId === 1 && events.some(({ stream }) => stream === 'payments'))
        throw new Error('no such loan');
      return ledgerModel.evolve(account, events);
    },
  };

  it('whose effect throws has a row until a newer version applies it', async () => {
    const { faults } = await processOf(database, faulty).follow([
      eventOf('payments', 1, 1),
      eventOf('payments', 2, 1),
      eventOf('customers', 1, 1),
    ]);
    expect(faults).toMatchObject([{ event: { customer_id: 1 }, error: { message: 'no such loan' } }]);
    expect(await run(sqlOf(database), 'SELECT customer_id, reason FROM quarantine')).toEqual([
      { customer_id: '1', reason: 'it cannot take effect: no such loan' },
    ]);
    peers.add(eventOf('payments', 1, 1));
    const confirmed = commandOf({ decide: () => refusal(['customers', 'payments']) });
    await expect(processOf(database, faulty).execute(confirmed)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await processOf(database).execute(confirmed)).toMatchObject({ status: 422 });
    expect(await count()).toBe(0);
  });

  it('that breaks a constraint is faulty alone: neither its neighbours nor commands fail with it', async () => {
    const broken = { ...ledgerModel, externalIdOf: () => null } satisfies StreamModel<Ledger>;
    const tooLong: StreamModel<Ledger> = {
      ...broken,
      // PostgreSQL keeps no text with a zero in it.
      evolve: (account, events) => ({
        ...ledgerModel.evolve(account, events),
        externalId: account.customerId === 1 ? 'a\0b' : `customer-${account.customerId}`,
      }),
    };
    const writePath = processOf(database, tooLong);
    await processOf(database).follow([eventOf('customers', 3, 1)]);
    const [{ outcomes }, answer] = await Promise.all([
      writePath.follow([eventOf('customers', 2, 1), eventOf('customers', 1, 1), eventOf('customers', 4, 1)]),
      writePath.execute(commandOf({ customer: { customerId: 3 } })),
    ]);
    expect(outcomes).toEqual(['apply', 'faulty', 'apply']);
    expect(answer.status).toBe(201);
    expect(await run(sqlOf(database), 'SELECT customer_id, version FROM quarantine')).toEqual([
      { customer_id: '1', version: '1' },
    ]);
  });
});
