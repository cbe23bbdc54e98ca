import type { StreamEvent } from '@mo/contracts';
import { type Database, inTransaction } from '@mo/database';
import { appendEvents } from '../src/index.ts';
import { Outbox } from '../src/sql/outbox.ts';
import { eventOf, eventsOf } from './ledger.ts';
import { type LedgerDatabases, migratedLedger } from './ledger-tables.ts';

let database: Database;
let databases: LedgerDatabases;
let outbox: Outbox;
beforeEach(async () => {
  ({ database, databases } = await migratedLedger());
  outbox = new Outbox(database);
});
afterEach(() => databases.close());

const append = (...events: StreamEvent[]) => inTransaction(database, (sql) => appendEvents(sql, events));

describe('the outbox', () => {
  it('reports how many entries wait, the age of the oldest, and how many are parked', async () => {
    expect(await outbox.depth()).toEqual({ entries: 0, ageSeconds: 0, parked: 0 });
    await append(...eventsOf('loans', 1, 2));
    const [entry] = await outbox.read(1);
    expect(entry).toMatchObject({ customer_id: '1', version: '1', type: 'LoanTaken' });
    await outbox.park(entry?.id ?? '', 'too large');
    const depth = await outbox.depth();
    expect(depth).toMatchObject({ entries: 2, parked: 1 });
    expect(depth.ageSeconds).toBeGreaterThan(0);
    expect(await outbox.read(10)).toEqual([]);
  });

  it('reads the oldest entries first, up to the limit', async () => {
    await append(eventOf('loans', 9, 1), eventOf('loans', 1, 1), eventOf('loans', 9, 2));
    expect((await outbox.read(2)).map(({ customer_id, version }) => `${customer_id}.${version}`)).toEqual([
      '9.1',
      '1.1',
    ]);
  });
});
