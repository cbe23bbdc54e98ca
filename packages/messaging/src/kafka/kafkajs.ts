/** The Kafka port implemented with kafkajs, so that it survives outages of a broker. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@mo/service-kit';
import kafkajs, { type KafkaConfig, type SASLOptions } from 'kafkajs';
import './patches.ts';
import type { KafkaConnection } from './connection.ts';
import { incoming } from './incoming.ts';
import { KeptProducer } from './kafkajs-producer.ts';
import { KeptSubscription } from './kafkajs-subscription.ts';
import type { Groups, Kafka, PartitionEnd, PartitionProgress, TopicReader, Topics } from './port.ts';
import { type OffsetRange, readRanges } from './read-ranges.ts';
import { type TopicOffsets, topicOffsets } from './topic-offsets.ts';

const { Kafka: Client, logLevel } = kafkajs;

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;
const RETRIES_MAX = 2;
const TOPICS_TIMEOUT_MS = 15_000;
const TOPICS_POLL_MS = 50;
/** Topics are the second copy of every event: none is deleted because of its age, the topic's size or compaction. */
const KEEP_ALL = [
  { name: 'retention.ms', value: '-1' },
  { name: 'retention.bytes', value: '-1' },
  { name: 'cleanup.policy', value: 'delete' },
];

/** Converts a connection to options of the kafkajs client. */
export function kafkajsOptions({ brokers, tls, sasl }: KafkaConnection): Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'> {
  return {
    brokers: [...brokers],
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl, mechanism: sasl.mechanism.toLowerCase() } as SASLOptions }),
  };
}

export function kafkaOverKafkajs(
  clientId: string,
  connection: KafkaConnection,
  logger: Logger,
): Kafka & Topics & TopicReader & Groups {
  const client = new Client({
    clientId,
    ...kafkajsOptions(connection),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: RETRIES_MAX, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ log }) =>
        logger.debug({ kafka: log }, 'kafkajs'),
  });
  const withAdmin = async <T>(work: (admin: kafkajs.Admin) => Promise<T>): Promise<T> => {
    const admin = client.admin();
    try {
      await admin.connect();
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  };
  return {
    ensureTopics: (topics, partitions) => withAdmin((admin) => createMissing(admin, topics, partitions)),
    ends: (topic) => withAdmin((admin) => endsOf(admin, topic)),
    raise: (topic, partitions) => withAdmin((admin) => raise(admin, topic, partitions)),
    readTopic: async (topic, take) => {
      const ranges = await withAdmin((admin) => allOf(admin, topic));
      await readRanges(client, {
        // Kafka removes a group without offsets automatically.
        group: `${topic}.read.${randomUUID()}`,
        ranges,
        take: async (_topic, partition, messages) => {
          await take(messages.map((message) => incoming(topic, partition, message)));
          return null;
        },
        outlastsOutages: true,
      });
    },
    readers: (topic) => withAdmin((admin) => readersOf(admin, topic)),
    progress: (group, topics) => withAdmin((admin) => progressOf(admin, group, topics)),
    producer: () => KeptProducer.start(client),
    subscribe: (group, topics, handle, pace = 'prompt', ensure = async () => {}) =>
      KeptSubscription.start(client, { group, topics, handle, pace, ensure, logger }),
  };
}

/**
 * Creates missing topics and waits until all are usable: a broker confirms the creation of a topic a moment before it
 * knows the topic. Errors are ignored if all topics become usable, because others may create the same ones
 * concurrently.
 */
async function createMissing(admin: kafkajs.Admin, topics: readonly string[], partitions: number): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !existing.has(topic));
  let failure: unknown = null;
  if (missing.length > 0) {
    const wanted = missing.map((topic) => ({ topic, numPartitions: partitions, configEntries: KEEP_ALL }));
    await admin.createTopics({ topics: wanted, waitForLeaders: false }).catch((error: unknown) => {
      failure = error;
    });
  }
  await canBeUsed(admin, topics, 1, failure);
}

async function raise(admin: kafkajs.Admin, topic: string, partitions: number): Promise<void> {
  await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
  await canBeUsed(admin, [topic], partitions);
}

/** Waits until each topic has at least `partitions` partitions, each with a leader that knows its role. */
async function canBeUsed(admin: kafkajs.Admin, topics: readonly string[], partitions: number, earlier?: unknown) {
  let failure = earlier;
  for (const endMs = performance.now() + TOPICS_TIMEOUT_MS; performance.now() < endMs; await delay(TOPICS_POLL_MS)) {
    try {
      const found = await admin.fetchTopicMetadata({ topics: [...topics] });
      const all = found.topics.map((topic) => topic.partitions);
      if (!all.every((some) => some.length >= partitions && some.every(({ leader }) => leader >= 0))) continue;
      await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw new Error(`not all of the topics ${topics.join(', ')} have leaders`, { cause: failure });
}

async function endsOf(admin: kafkajs.Admin, topic: string): Promise<readonly PartitionEnd[] | null> {
  if (!(await admin.listTopics()).includes(topic)) return null;
  const ends = await topicOffsets(admin, topic);
  return ends.map(({ partition, high }) => ({ partition, offset: high })).sort((a, b) => a.partition - b.partition);
}

async function allOf(admin: kafkajs.Admin, topic: string): Promise<OffsetRange[]> {
  const places = await topicOffsets(admin, topic);
  return places.map(({ partition, low, high }) => ({ topic, partition, from: BigInt(low), to: BigInt(high) }));
}

type Committed = readonly kafkajs.FetchOffsetsPartition[];

/**
 * A group's progress in each partition. The committed offset is -1 if there is none. An offset may be out of range
 * because the topic was created again or has lost messages; consumers then start with the first message, and so does
 * this.
 */
const placesOf = (ends: TopicOffsets, committed: Committed): PartitionProgress[] => {
  const nexts = new Map(committed.map(({ partition, offset }) => [partition, BigInt(offset)]));
  return ends.map(({ partition, low, high }) => {
    const [first, end] = [BigInt(low), BigInt(high)];
    const next = nexts.get(partition) ?? first;
    return { partition, committed: next < first || next > end ? first : next, end };
  });
};

async function progressOf(admin: kafkajs.Admin, group: string, topics: readonly string[]) {
  const progress = new Map<string, PartitionProgress[]>();
  const existing = new Set(await admin.listTopics());
  const known = topics.filter((topic) => existing.has(topic));
  const offsets = known.length === 0 ? [] : await admin.fetchOffsets({ groupId: group, topics: known });
  for (const { topic, partitions } of offsets)
    progress.set(topic, placesOf(await topicOffsets(admin, topic), partitions));
  return progress;
}

async function readersOf(admin: kafkajs.Admin, topic: string): Promise<ReadonlyMap<string, bigint>> {
  const groups = new Map<string, Committed>();
  for (const { groupId } of (await admin.listGroups()).groups) {
    const [{ partitions } = { partitions: [] }] = await admin.fetchOffsets({ groupId, topics: [topic] });
    if (isReader(partitions)) groups.set(groupId, partitions);
  }
  // The ends are read last, so that no committed offset is beyond them.
  const ends = await topicOffsets(admin, topic);
  return new Map([...groups].map(([groupId, committed]) => [groupId, unread(placesOf(ends, committed))]));
}

/** A group's number of unread messages of each topic, which must exist; null if there are some, and it never read any. */
export async function unreadOf(
  admin: kafkajs.Admin,
  group: string,
  topics: readonly string[],
): Promise<ReadonlyMap<string, bigint | null>> {
  const found = new Map<string, bigint | null>();
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId: group, topics: [...topics] })) {
    const count = unread(placesOf(await topicOffsets(admin, topic), partitions));
    found.set(topic, isReader(partitions) || count === 0n ? count : null);
  }
  return found;
}

const isReader = (committed: Committed): boolean => committed.some(({ offset }) => BigInt(offset) >= 0n);

const unread = (places: readonly PartitionProgress[]): bigint =>
  places.reduce((sum, { committed, end }) => sum + end - committed, 0n);
