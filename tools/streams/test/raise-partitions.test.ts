/** Partitions are added after everything sent before has been read, and before anything else is sent. */
import { randomUUID } from 'node:crypto';
import { type Database, migrate, run, sqlOf } from '@mo/database';
import { openTestDatabase } from '@mo/database/testing';
import { testServers } from '@mo/dev-stack';
import {
  kafkaOverKafkajs,
  Lease,
  Partitioning,
  PartitioningTableV1,
  type Producer,
  streamTablesV1,
} from '@mo/messaging';
import { waitFor } from '@mo/messaging/testing';
import { createLogger } from '@mo/service-kit';
import { type RaiseOptions, raisePartitions } from '../src/raise-partitions.ts';

const BEFORE = 2;
const AFTER = 5;

const logger = createLogger('test', 'silent');
const kafka = kafkaOverKafkajs('test', testServers(), logger);
let database: Database;
let producer: Producer;
let topic: string;

beforeAll(async () => {
  const { loans: url } = await testServers().createDatabases('partitions');
  const migrations = [{ name: 'partitioning', class: PartitioningTableV1 }];
  database = await openTestDatabase(url, { migrations, connectionsMax: 4 });
  await migrate(database);
  for (const text of streamTablesV1()) await run(sqlOf(database), text);
  producer = await kafka.producer();
});
afterAll(async () => {
  await producer?.close();
  await database?.close();
});
beforeEach(async () => {
  topic = `partitions-${randomUUID().slice(0, 8)}`;
  await run(sqlOf(database), 'DELETE FROM partitioning');
  await kafka.ensureTopics([topic], BEFORE);
});

const raise = (more: Partial<RaiseOptions> = {}) =>
  raisePartitions({
    database,
    kafka,
    topic,
    to: AFTER,
    without: [],
    waitMs: 30_000,
    onWaiting: () => {},
    ...more,
  });
const send = (keys: readonly string[], partitions?: number) =>
  producer.send(
    topic,
    keys.map((key) => ({ key, value: 'event', headers: {} })),
    partitions,
  );
const KEYS = Array.from({ length: 40 }, (_, number) => String(number + 1));
const inUse = () => new Partitioning(database).read();
const isFree = async () => (await run(sqlOf(database), 'SELECT 1 FROM relay_lease')).length === 0;

/** A group that has read before, but is paused now, with all but one message of each partition unread. */
async function slowGroup(): Promise<{ group: string; letGo: () => void; close: () => Promise<void> }> {
  const group = `slow-${randomUUID().slice(0, 8)}`;
  const gate = Promise.withResolvers<void>();
  let read = 0;
  const subscription = await kafka.subscribe(group, [topic], async (messages) => {
    read += messages.length;
    if (read > 1) await gate.promise;
  });
  await send(['1']);
  await waitFor(async () => (await kafka.readers(topic)).has(group));
  await send(KEYS);
  return { group, letGo: gate.resolve, close: () => subscription.close() };
}

it('waits until all groups have read the topic to its end, and releases the lease', async () => {
  const slow = await slowGroup();
  const waitedFor: number[] = [];
  const raised = raise({ onWaiting: (messages) => waitedFor.push(messages) });
  await waitFor(() => waitedFor.length > 2);
  expect(await inUse()).toBe(BEFORE);
  expect(await kafka.ends(topic)).toHaveLength(BEFORE);
  slow.letGo();
  expect(await raised).toEqual({ topic, from: BEFORE, to: AFTER });
  expect(Math.max(...waitedFor)).toBeGreaterThan(0);
  expect(waitedFor.at(-1)).toBe(0);
  expect(await inUse()).toBe(AFTER);
  expect(await kafka.ends(topic)).toHaveLength(AFTER);
  expect(await isFree()).toBe(true);
  await slow.close();
}, 60_000);

it('names groups that did not reach the end in time, changes nothing, and releases the lease', async () => {
  const slow = await slowGroup();
  const message = await raise({ waitMs: 1 }).then(String, ({ message: text }: Error) => text);
  expect(message).toContain(`${slow.group} has ${KEYS.length} to read`);
  expect(await inUse()).toBe(BEFORE);
  expect(await kafka.ends(topic)).toHaveLength(BEFORE);
  expect(await isFree()).toBe(true);
  expect(await raise({ waitMs: 1, without: [slow.group] })).toMatchObject({ to: AFTER });
  slow.letGo();
  await slow.close();
}, 60_000);

it('ignores partitions that someone else added, until asked to put them into use', async () => {
  await raise({ to: BEFORE });
  await kafka.raise(topic, AFTER);
  await send(KEYS, (await inUse()) ?? undefined);
  const used = ((await kafka.ends(topic)) ?? []).filter(({ offset }) => offset !== '0');
  expect(used.map(({ partition }) => partition)).toEqual([0, 1]);
  expect(await raise()).toEqual({ topic, from: BEFORE, to: AFTER });
  expect(await inUse()).toBe(AFTER);
}, 60_000);

it('removes no partitions, and rejects unknown topics', async () => {
  await expect(raise({ to: BEFORE - 1 })).rejects.toThrow(`${topic} has ${BEFORE} partitions already`);
  await expect(raise({ topic: `${topic}-no` })).rejects.toThrow(`there is no topic ${topic}-no`);
});

it('changes nothing if another process takes the lease meanwhile', async () => {
  const thief = new Lease(database, 'thief');
  const slow = await slowGroup();
  let asked = 0;
  const raised = raise({
    onWaiting: () => {
      asked += 1;
      if (asked === 1) void thief.take();
    },
  });
  await expect(raised).rejects.toThrow('lease was lost meanwhile');
  slow.letGo();
  expect(await inUse()).toBe(BEFORE);
  await thief.release();
  await slow.close();
}, 60_000);
