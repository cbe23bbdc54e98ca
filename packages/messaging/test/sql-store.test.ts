import { type Database, run, sqlOf } from '@mo/database';
import { StoreConflictError, systemClock } from '@mo/service-kit';
import { Batch, type LockWait, SqlStore, type StoreTransaction, WritePath } from '../src/index.ts';
import { waitFor } from '../src/testing/index.ts';
import { MemoryPeers } from './in-memory.ts';
import {
  commandOf,
  eventOf,
  eventsOf,
  grant,
  keyOf,
  type Ledger,
  ledgerModel,
  NOW_MS,
  paymentApplied,
} from './ledger.ts';
import { type LedgerDatabases, ledgerTables, migratedLedger } from './ledger-tables.ts';

let database: Database;
let databases: LedgerDatabases;
beforeEach(async () => {
  ({ database, databases } = await migratedLedger());
});
afterEach(() => databases.close());

/** One process of the service. @param onBatch called with the number of items of each batch as it begins */
function processOf(
  on: Database,
  onBatch: (items: number) => void = () => {},
  LedgerStore: typeof SqlStore<Ledger> = SqlStore,
): WritePath<Ledger> {
  const observer = {
    batch: onBatch,
    pull: () => {},
    unconfirmed: () => {},
    behind: () => {},
    faulty: () => {},
    quarantined: () => {},
  };
  const store = new LedgerStore(on, ledgerTables);
  return new WritePath({ model: ledgerModel, store, peers: new MemoryPeers(), clock: systemClock, observer });
}

/** Its batches wait for each other, however long one takes. */
class PatientStore extends SqlStore<Ledger> {
  override transaction<T>(work: (transaction: StoreTransaction<Ledger>) => Promise<T>): Promise<T> {
    return super.transaction(work, 'alone');
  }
}

/** Keeps a customer's account locked during some work, as a transaction of another process would. */
async function whileHeld<T>(customerId: number, work: () => Promise<T>): Promise<T> {
  const commands = [commandOf({ customer: { customerId } })];
  return new SqlStore(await databases.open(), ledgerTables).transaction(async (transaction) => {
    await transaction.open({ commands, events: [], quarantined: [] }, NOW_MS);
    return work();
  });
}

/** Resolves once so many transactions wait for a lock. */
const lockedOut = (count: number) =>
  waitFor(async () => {
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    return (await run(sqlOf(database), waiting)).length === count;
  });

const versionsOf = async (customerId: number) =>
  (
    await run<{ version: string }>(
      sqlOf(database),
      'SELECT version FROM journal WHERE customer_id = $1 ORDER BY version',
      [customerId],
    )
  ).map(({ version }) => Number(version));

describe('the store', () => {
  it('stores the effects of commands and events together', async () => {
    const writePath = processOf(database);
    await writePath.follow([eventOf('customers', 1, 1), eventOf('payments', 1, 3), paymentApplied(1, 1)]);
    await writePath.execute(commandOf({ key: keyOf('k') }));
    const store = new SqlStore(database, ledgerTables);
    const progress = {
      customerId: 1,
      version: 2,
      restricted: 2,
      applied: { customers: 1, payments: 1 },
      behind: { payments: 3 },
    };
    expect(await store.progress({ customerId: 1 })).toMatchObject(progress);
    expect(await store.progress({ externalId: 'customer-1' })).toMatchObject(progress);
    expect(await store.progress({ externalId: 'customer-2' })).toBeNull();
    expect(await store.isKeyUsed(keyOf('k').id, systemClock.now())).toBe(true);
    expect(await versionsOf(1)).toEqual([1, 2]);
  });

  it('waits for locks briefly, and longer only if allowed', async () => {
    const waits: string[] = [];
    const lock: typeof ledgerTables.lock = async (sql) => {
      const [row] = await run<{ wait: string }>(sql, `SELECT current_setting('lock_timeout') AS wait`, []);
      waits.push(row?.wait ?? '');
      return [];
    };
    const store = new SqlStore(database, { ...ledgerTables, lock });
    const request = { commands: [commandOf()], events: [], quarantined: [] };
    for (const lockWait of ['batch', 'alone', 'part', 'batch'] as const)
      await store.transaction((transaction) => transaction.open(request, NOW_MS), lockWait);
    expect(waits).toEqual(['500ms', '5s', '100ms', '500ms']);
  });

  it('stores nothing of a batch that fails', async () => {
    const store = new SqlStore(database, ledgerTables);
    const failing = store.transaction(async (transaction) => {
      await transaction.open(
        { commands: [commandOf({ key: keyOf('k') })], events: [eventOf('customers', 5, 1)], quarantined: [] },
        NOW_MS,
      );
      throw new Error('a bug');
    });
    await expect(failing).rejects.toThrow('a bug');
    expect(await store.progress({ customerId: 5 })).toBeNull();
  });

  it('stores nothing of a batch that fails after its writes: no event, no answer, no account', async () => {
    const writePath = processOf(database);
    await writePath.follow([eventOf('customers', 1, 1)]);
    const store = new SqlStore(database, ledgerTables);
    const command = commandOf({ key: keyOf('k') });
    const failing = store.transaction(async (transaction) => {
      const batch = new Batch(
        ledgerModel,
        await transaction.open({ commands: [command], events: [], quarantined: [] }, NOW_MS),
        NOW_MS,
      );
      batch.command(command, null);
      transaction.save(batch.changes());
      throw new Error('the commit fails');
    });
    await expect(failing).rejects.toThrow('the commit fails');
    expect(await versionsOf(1)).toEqual([]);
    expect(await store.isKeyUsed(keyOf('k').id, NOW_MS)).toBe(false);
    expect(await store.progress({ customerId: 1 })).toMatchObject({ version: 0 });
    expect((await writePath.execute(command)).status).toBe(201);
  });

  it('finds the customers that commands name, creates those that events name, and draws ascending ids', async () => {
    const store = new SqlStore(database, ledgerTables);
    await processOf(database).follow([eventOf('customers', 1, 1), eventOf('customers', 2, 1)]);
    await run(sqlOf(database), `INSERT INTO names VALUES ('taken')`);
    const commands = [
      commandOf({ customer: { customerId: 2 }, claims: 'taken' }),
      commandOf({ customer: { externalId: 'customer-1' }, claims: 'free' }),
      commandOf({ customer: { customerId: 9 } }),
    ];
    const state = await store.transaction((transaction) =>
      transaction.open({ commands, events: [eventOf('payments', 7, 1)], quarantined: [] }, NOW_MS),
    );
    expect([...state.accounts.keys()].sort((a, b) => a - b)).toEqual([1, 2, 7]);
    expect([...state.taken]).toEqual(['taken']);
    expect(state.ids).toEqual([...state.ids].sort((a, b) => a - b));
    expect(new Set(state.ids).size).toBe(3);
  });

  it('reports a conflict if another process wrote the same', async () => {
    await processOf(database).follow([eventOf('customers', 1, 1)]);
    const store = new SqlStore(database, ledgerTables);
    const sameName = store.transaction((transaction) =>
      transaction.open({ commands: [], events: [], quarantined: [] }, NOW_MS).then(() =>
        transaction.save({
          accounts: [{ before: null, after: { ...ledgerModel.unknown(2), externalId: 'customer-1' } }],
          written: [],
          applied: [],
          quarantined: [],
          answers: [],
          nowMs: NOW_MS,
        }),
      ),
    );
    await expect(sameName).rejects.toThrow(StoreConflictError);
  });
});

describe('two batches of one process at once', () => {
  it("give their customer's events versions without gaps, each key one answer, and each event its effect once", async () => {
    const sizes: number[] = [];
    const writePath = processOf(database, (items) => sizes.push(items), PatientStore);
    await writePath.follow([eventOf('customers', 1, 1)]);
    sizes.length = 0;
    const execute = (name: string, count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, n) =>
          writePath.execute(commandOf({ key: keyOf(`${name} ${n}`), decide: grant })),
        ),
      );
    const { first, second, again, followed } = await whileHeld(1, async () => {
      const first = execute('first', 3);
      const some = writePath.follow(eventsOf('payments', 1, 2));
      await lockedOut(1);
      const [second, again] = [execute('second', 16), execute('first', 3)];
      const followed = Promise.all([some, writePath.follow(eventsOf('payments', 1, 4))]);
      await lockedOut(2);
      return { first, second, again, followed };
    });
    await followed;
    expect(sizes).toEqual([4, 20]);
    const answers = [...(await first), ...(await second)];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const reported = answers.map(({ body }) => (JSON.parse(body) as { version: number }).version);
    const versions = Array.from({ length: 19 }, (_, n) => n + 1);
    expect([reported.toSorted((one, other) => one - other), await versionsOf(1)]).toEqual([versions, versions]);
    expect((await again).map(({ body }) => body)).toEqual((await first).map(({ body }) => body));
    const [row] = await run<{ history: string[] }>(sqlOf(database), 'SELECT history FROM accounts');
    const applied = row?.history.filter((what) => what.startsWith('payments'));
    expect(applied).toEqual(['payments 1', 'payments 2', 'payments 3', 'payments 4']);
  });
});

describe('a customer that another transaction holds', () => {
  it('delays neither the neighbours of a command nor later commands', async () => {
    const writePath = processOf(database);
    await writePath.follow([1, 2, 3].map((id) => eventOf('customers', id, 1)));
    const execute = (customerId: number) => writePath.execute(commandOf({ customer: { customerId } }));
    const { waiting, events, answers } = await whileHeld(1, async () => {
      const waiting = execute(1);
      const events = writePath.follow([eventOf('payments', 1, 1), eventOf('payments', 2, 1)]);
      const neighbours = await Promise.all([execute(2), execute(3)]);
      return { waiting, events, answers: [...neighbours, await execute(2)] };
    });
    expect([...answers, await waiting].map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect((await events).outcomes).toEqual(['apply', 'apply']);
    expect([await versionsOf(1), await versionsOf(2), await versionsOf(3)]).toEqual([[1], [1, 2], [1]]);
  });

  it('delays only its own events, which wait without a lock on other customers', async () => {
    const waiting = Promise.withResolvers<void>();
    class ObservedStore extends SqlStore<Ledger> {
      override transaction<T>(work: (transaction: StoreTransaction<Ledger>) => Promise<T>, lockWait: LockWait) {
        if (lockWait === 'alone') waiting.resolve();
        return super.transaction(work, lockWait);
      }
    }
    const writePath = processOf(database, undefined, ObservedStore);
    await writePath.follow([1, 2, 3].map((id) => eventOf('customers', id, 1)));
    const { events, free } = await whileHeld(3, async () => {
      const events = writePath.follow([1, 2, 3, 1, 3].map((id, place) => eventOf('payments', id, place < 3 ? 1 : 2)));
      await waiting.promise;
      await lockedOut(1);
      return {
        events,
        free: await run(
          sqlOf(database),
          'SELECT history FROM accounts ORDER BY cardinality(history) FOR UPDATE SKIP LOCKED',
        ),
      };
    });
    const applied = (count: number) => ['customers 1', 'payments 1', 'payments 2'].slice(0, 1 + count);
    expect(free).toEqual([{ history: applied(1) }, { history: applied(2) }]);
    expect((await events).outcomes).toEqual(['apply', 'apply', 'apply', 'apply', 'apply']);
    const rows = await run(sqlOf(database), 'SELECT history FROM accounts ORDER BY customer_id');
    expect(rows).toEqual([2, 1, 2].map((count) => ({ history: applied(count) })));
  });
});

describe('several processes on one database', () => {
  it("give a customer's events versions without gaps, and each key one answer", async () => {
    const processes = [database, await databases.open(), await databases.open()].map((one) => processOf(one));
    await processes[0]?.follow([eventOf('customers', 1, 1), eventOf('customers', 2, 1)]);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        (processes[n % 3] as WritePath<Ledger>).execute(
          commandOf({ customer: { customerId: 1 + (n % 2) }, key: keyOf(`key ${n % 30}`), decide: grant }),
        ),
      ),
    );
    for (let n = 0; n < 30; n += 1) expect(answers[n]?.body).toBe(answers[n + 30]?.body);
    for (const id of [1, 2]) expect(await versionsOf(id)).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
  });

  it('apply each followed event once, although all of them receive it', async () => {
    const processes = [database, await databases.open(), await databases.open()].map((one) => processOf(one));
    const events = [eventOf('customers', 1, 1), ...eventsOf('payments', 1, 9), paymentApplied(1, 10)];
    const followed = await Promise.all(processes.map((one) => one.follow(events)));
    expect(followed.flatMap(({ outcomes }) => outcomes).filter((what) => what === 'apply')).toHaveLength(11);
    const [row] = await run<{ history: string[] }>(sqlOf(database), 'SELECT history FROM accounts');
    expect(row?.history).toEqual([
      'customers 1',
      ...events.slice(1).map((event) => `payments ${event.version}`),
      'loans 1',
    ]);
    expect(await versionsOf(1)).toEqual([1]);
  });
});
