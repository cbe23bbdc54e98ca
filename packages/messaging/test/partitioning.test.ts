import { TOPIC_PARTITIONS } from '@mo/contracts';
import { type Database, run, sqlOf } from '@mo/database';
import { Lease, Partitioning } from '../src/index.ts';
import { type LedgerDatabases, migratedLedger } from './ledger-tables.ts';

/** Longer than any machine stands still. */
const LONG_MS = 3_600_000;

let database: Database;
let databases: LedgerDatabases;
let partitioning: Partitioning;
beforeAll(async () => {
  ({ database, databases } = await migratedLedger());
  partitioning = new Partitioning(database);
});
afterAll(() => databases.close());
beforeEach(async () => {
  await run(sqlOf(database), 'DELETE FROM partitioning');
  await run(sqlOf(database), 'DELETE FROM relay_lease');
});

let raisedTo: number | null;
beforeEach(() => {
  raisedTo = null;
});
/** A broker whose topic has so many partitions; null where there is none. */
const topicOf = (partitions: number | null) => ({
  ends: async () =>
    partitions === null ? null : Array.from({ length: partitions }, (_, partition) => ({ partition, offset: '0' })),
  raise: async (_topic: string, to: number) => {
    raisedTo = to;
  },
});
/** A broker that has no such topic until it is made. */
function emptyBroker() {
  let made: number | null = null;
  return {
    ends: async () => topicOf(made).ends(),
    raise: async () => {},
    ensureTopics: async (topics: readonly string[], partitions: number) => {
      if (topics.includes('topic')) made ??= partitions;
    },
    made: () => made,
  };
}
const inUse = (topicHas: number | null) => partitioning.inUse('topic', topicOf(topicHas));

describe('the number of partitions', () => {
  it('is the partition count of the topic when first read, and stays the same', async () => {
    expect(await partitioning.read()).toBeNull();
    expect(await inUse(3)).toBe(3);
    expect(await inUse(7)).toBe(3);
    expect(raisedTo).toBeNull();
  });

  it('is restored on a topic that was recreated with fewer partitions', async () => {
    await inUse(5);
    expect(await inUse(3)).toBe(5);
    expect(raisedTo).toBe(5);
  });

  it('is the same for concurrent first readers', async () => {
    const chosen = await Promise.all([3, 4, 5, 6].map(inUse));
    expect(new Set(chosen).size).toBe(1);
    expect(await partitioning.read()).toBe(chosen[0]);
  });

  it('is unknown while there is no topic', async () => {
    await expect(inUse(null)).rejects.toThrow('there is no topic topic yet');
    expect(await partitioning.read()).toBeNull();
  });

  it('is that of a deleted topic which a sender recreates', async () => {
    const broker = emptyBroker();
    expect(await partitioning.ofSender('topic', broker)).toBe(TOPIC_PARTITIONS);
    expect(broker.made()).toBe(TOPIC_PARTITIONS);
    await run(sqlOf(database), 'UPDATE partitioning SET partitions = 17');
    const another = emptyBroker();
    expect(await partitioning.ofSender('topic', another)).toBe(17);
    expect(another.made()).toBe(17);
  });

  it('is changed by the holder of the lease only', async () => {
    await inUse(3);
    const [holder, other] = ['a', 'b'].map((name) => new Lease(database, name, LONG_MS)) as [Lease, Lease];
    expect(await partitioning.change(5, holder.holder)).toBe(false);
    await holder.take();
    expect(await partitioning.change(5, other.holder)).toBe(false);
    expect(await partitioning.read()).toBe(3);
    expect(await partitioning.change(5, holder.holder)).toBe(true);
    expect(await partitioning.read()).toBe(5);
  });
});
