/** The outbox is read from a floor on, and nothing is ever below it that was not sent. */
import { type Database, inTransaction, run, type Sql, sqlOf } from '@mo/database';
import type { Clock } from '@mo/service-kit';
import { appendEvents } from '../src/index.ts';
import { Outbox } from '../src/sql/outbox.ts';
import { waitFor } from '../src/testing/index.ts';
import { eventOf, eventsOf } from './ledger.ts';
import { type LedgerDatabases, migratedLedger } from './ledger-tables.ts';

const HOLDER = 'test';
const MANY = 3_000;

let database: Database;
let databases: LedgerDatabases;
let outbox: Outbox;
let nowMs: number;
beforeEach(async () => {
  ({ database, databases } = await migratedLedger());
  nowMs = 0;
  const clock: Clock = { now: () => nowMs, elapsed: () => nowMs, sleep: async () => {} };
  outbox = new Outbox(database, clock);
  const hold = `INSERT INTO relay_lease (holder, until) VALUES ($1, clock_timestamp() + interval '1 hour')`;
  await run(sqlOf(database), hold, [HOLDER]);
});
afterEach(() => databases.close());

const append = (...events: Parameters<typeof appendEvents>[1]) =>
  inTransaction(database, (sql) => appendEvents(sql, events));
/** What the relay would read, a second after it read last. */
async function readLater(): Promise<string[]> {
  nowMs += 1_000;
  return (await outbox.read(MANY)).map(({ customer_id, version }) => `${customer_id}.${version}`);
}
async function relay(): Promise<string[]> {
  nowMs += 1_000;
  const entries = await outbox.read(MANY);
  await outbox.remove(
    entries.map(({ id }) => id),
    HOLDER,
  );
  return entries.map(({ customer_id, version }) => `${customer_id}.${version}`);
}
/** Others write to the same PostgreSQL, and their transactions hold the floor up, too. */
const floorRisesTo = (id: number) =>
  waitFor(async () => {
    await relay();
    return outbox.floor >= id;
  });

/** A transaction that stays open until the test commits it. */
async function openTransaction(first: (sql: Sql) => Promise<unknown>) {
  const begun = Promise.withResolvers<Sql>();
  const release = Promise.withResolvers<void>();
  const done = inTransaction(database, async (sql) => {
    await first(sql);
    begun.resolve(sql);
    await release.promise;
  });
  done.catch(begun.reject);
  const commit = async () => {
    release.resolve();
    await done;
  };
  return { sql: await begun.promise, commit };
}

/** Pages of the table and its indexes that a read looks at. */
async function pagesRead(): Promise<number> {
  const [{ 'QUERY PLAN': plans }] = (await run<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
    sqlOf(database),
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT id FROM outbox WHERE id > ${outbox.floor} ORDER BY id LIMIT ${MANY}`,
  )) as [{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }];
  const { Plan: plan } = plans[0];
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}

it('removed entries are not scanned again, even while an old snapshot still sees them', async () => {
  const dump = await openTransaction(async (sql) => {
    await run(sql, 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await run(sql, 'SELECT count(*) FROM journal');
  });
  await append(...eventsOf('loans', 1, MANY));
  expect(await relay()).toHaveLength(MANY);
  await run(sqlOf(database), 'VACUUM outbox');
  expect(await pagesRead()).toBeGreaterThan(MANY / 300);
  await floorRisesTo(MANY);
  expect(await pagesRead()).toBeLessThan(6);
  await append(eventOf('loans', 2, 1));
  expect(await readLater()).toEqual(['2.1']);
  await dump.commit();
});

it('stays below an id that is drawn but not committed, however long that takes', async () => {
  await append(eventOf('loans', 1, 1));
  const late = await openTransaction((sql) => appendEvents(sql, [eventOf('loans', 2, 1)]));
  await append(eventOf('loans', 3, 1));
  expect(await relay()).toEqual(['1.1', '3.1']);
  for (let look = 0; look < 20; look += 1) expect(await relay()).toEqual([]);
  expect(outbox.floor).toBeLessThan(2);
  await late.commit();
  expect(await relay()).toEqual(['2.1']);
  await floorRisesTo(3);
});

it('stays below an id that an earlier transaction draws late', async () => {
  const early = await openTransaction((sql) => run(sql, 'SELECT pg_current_xact_id()'));
  await append(eventOf('loans', 1, 1));
  expect(await relay()).toEqual(['1.1']);
  for (let look = 0; look < 5; look += 1) expect(await relay()).toEqual([]);
  await appendEvents(early.sql, [eventOf('loans', 2, 1)]);
  await append(eventOf('loans', 3, 1));
  for (let look = 0; look < 5; look += 1) await relay();
  await early.commit();
  expect(await relay()).toEqual(['2.1']);
});

it('stays below parked entries, and those that wait behind them', async () => {
  await append(eventOf('loans', 1, 1), eventOf('loans', 2, 1), eventOf('loans', 1, 2));
  const [first] = await outbox.read(1);
  await outbox.park(first?.id ?? '', 'too large');
  expect(await relay()).toEqual(['2.1']);
  for (let look = 0; look < 10; look += 1) expect(await relay()).toEqual([]);
  expect(outbox.floor).toBeLessThan(Number(first?.id));
  await outbox.unpark();
  expect(await relay()).toEqual(['1.1', '1.2']);
});

it('starts from zero after the database was restored to an earlier state', async () => {
  await append(...eventsOf('loans', 1, 5));
  await relay();
  await floorRisesTo(5);
  await run(sqlOf(database), 'ALTER TABLE outbox ALTER COLUMN id RESTART WITH 2');
  await append(eventOf('loans', 2, 1));
  await waitFor(async () => (await readLater()).length === 1);
  expect(outbox.floor).toBeLessThan(2);
});
