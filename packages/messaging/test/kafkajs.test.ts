import { randomUUID } from 'node:crypto';
import { testServers } from '@mo/dev-stack';
import { createLogger } from '@mo/service-kit';
import kafkajs from 'kafkajs';
import {
  type Groups,
  type IncomingMessage,
  type Kafka,
  kafkaOverKafkajs,
  type Subscription,
  type TopicReader,
  type Topics,
} from '../src/index.ts';
import { waitFor } from '../src/testing/index.ts';

/** Longer than any machine stands still. */
const CONNECTION_TIMEOUT_MS = 60_000;

let kafka: Kafka & Groups & Topics & TopicReader;
let topic: string;
let open: Subscription[];

beforeEach(async () => {
  kafka = kafkaOverKafkajs('test', testServers(), createLogger('test', 'silent'));
  topic = `kafkajs-${randomUUID().slice(0, 8)}`;
  open = [];
  await kafka.ensureTopics([topic], 1);
});
afterEach(async () => {
  for (const subscription of open) await subscription.close();
});

async function send(...values: string[]): Promise<void> {
  const producer = await kafka.producer();
  await producer.send(
    topic,
    values.map((value) => ({ key: 'k', value, headers: {} })),
  );
  await producer.close();
}

/** A member of the one group of this test, and what it has got. */
async function member(handle: (values: string[]) => Promise<void> = async () => {}) {
  const received: string[] = [];
  const onMessages = async (messages: IncomingMessage[]): Promise<void> => {
    const values = messages.map(({ value }) => value ?? '');
    received.push(...values);
    await handle(values);
  };
  const subscription = await kafka.subscribe(`${topic}.group`, [topic], onMessages);
  open.push(subscription);
  const leave = async () => {
    open.splice(open.indexOf(subscription), 1);
    await subscription.close();
  };
  return { received, leave, subscription };
}

/** One that asks once: what it is refused it has no second try at. */
async function adminBeside(): Promise<kafkajs.Admin> {
  const { brokers } = testServers();
  const client = new kafkajs.Kafka({
    brokers: [...brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  await admin.connect();
  return admin;
}

it('topics that it creates keep every event, without retention limit or compaction', async () => {
  const admin = await adminBeside();
  try {
    const asked = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic };
    const { resources } = await admin.describeConfigs({ resources: [asked], includeSynonyms: false });
    const set = resources[0]?.configEntries.filter(({ isDefault }) => !isDefault);
    const values = Object.fromEntries(set?.map(({ configName, configValue }) => [configName, configValue]) ?? []);
    expect(values).toMatchObject({ 'retention.ms': '-1', 'retention.bytes': '-1', 'cleanup.policy': 'delete' });
  } finally {
    await admin.disconnect();
  }
});

it('topics that it creates have leaders that are ready', async () => {
  const made = ['a', 'b', 'c'].map((name) => `${topic}.${name}`);
  await kafka.ensureTopics(made, 36);
  const admin = await adminBeside();
  try {
    for (const name of made.reverse()) expect(await admin.fetchTopicOffsets(name)).toHaveLength(36);
  } finally {
    await admin.disconnect();
  }
});

it('a producer that does not know a partition yet fails to send to it; the next one succeeds', async () => {
  const messages = Array.from({ length: 20 }, (_, n) => ({ key: `key ${n}`, value: 'v', headers: {} }));
  const producer = await kafka.producer();
  await producer.send(topic, messages, 1);
  await kafka.raise(topic, 4);
  await expect(producer.send(topic, messages, 4)).rejects.toThrow(/^the messages for partition [123] were not sent$/);
  await producer.close();
  const next = await kafka.producer();
  await next.send(topic, messages, 4);
  await next.close();
  const ends = await kafka.ends(topic);
  expect(ends?.slice(1).every(({ offset }) => offset !== '0')).toBe(true);
});

it('a new group reads earlier messages, and resumes where it left off', async () => {
  await send('1', '2');
  const first = await member();
  await waitFor(() => first.received.length === 2);
  await first.leave();
  await send('3', '4');
  const second = await member();
  await waitFor(() => second.received.includes('4'));
  await second.leave();
  expect(first.received).toEqual(['1', '2']);
  // What was handled and not committed yet may come again; what comes next is never left out.
  expect(second.received.slice(-2)).toEqual(['3', '4']);
});

it('messages that a member failed to handle are fetched again, by that member or the next', async () => {
  await send('1');
  let tries = 0;
  const failing = await member(async () => {
    tries += 1;
    throw new Error('the database is unreachable');
  });
  await waitFor(() => tries >= 2);
  await failing.leave();
  const next = await member();
  await waitFor(() => next.received.length > 0);
  expect(next.received).toEqual(['1']);
});

it('the offsets of a group are known with and without members', async () => {
  const group = `${topic}.group`;
  const progress = async () => (await kafka.progress(group, [topic, 'no-such-topic'])).get(topic);
  expect(await progress()).toEqual([{ partition: 0, committed: 0n, end: 0n }]);
  await send('1', '2');
  expect(await progress()).toEqual([{ partition: 0, committed: 0n, end: 2n }]);
  const reader = await member();
  await waitFor(() => reader.received.length === 2);
  expect(reader.subscription.isConnected).toBe(true);
  await reader.leave();
  expect(reader.subscription.isConnected).toBe(false);
  await send('3');
  expect(await progress()).toEqual([{ partition: 0, committed: 2n, end: 3n }]);
  expect([...(await kafka.progress(group, ['no-such-topic'])).keys()]).toEqual([]);
});

describe('reading a whole topic', () => {
  const read = async (take: (values: readonly (string | null)[]) => Promise<void> = async () => {}) => {
    const values: (string | null)[] = [];
    await kafka.readTopic(topic, async (messages) => {
      const some = messages.map(({ value }) => value);
      values.push(...some);
      await take(some);
    });
    return values;
  };

  it('ends where the topic ended at the start, and leaves no group behind', async () => {
    expect(await read()).toEqual([]);
    await kafka.raise(topic, 2);
    const keys = Array.from({ length: 20 }, (_, n) => `key ${n}`);
    const producer = await kafka.producer();
    const messages = keys.map((key) => ({ key, value: key, headers: {} }));
    await producer.send(topic, messages, 2);
    let isMore = false;
    const values = await read(async () => {
      if (!isMore) await producer.send(topic, [{ key: 'key', value: 'too late', headers: {} }], 2);
      isMore = true;
    });
    await producer.close();
    expect(values).toHaveLength(keys.length);
    expect(new Set(values)).toEqual(new Set(keys));
    expect([...(await kafka.readers(topic)).keys()]).toEqual([]);
  });

  it('stops when the reader fails', async () => {
    await send('1');
    await expect(
      read(async () => {
        throw new Error('the database is unreachable');
      }),
    ).rejects.toThrow('the database is unreachable');
  });
});

it('a partition without a committed offset counts as unread, and the others by their offsets', async () => {
  const group = `${topic}.group`;
  await kafka.raise(topic, 2);
  await send('1', '2', '3');
  const full = (await kafka.ends(topic))?.find(({ offset }) => offset === '3')?.partition;
  const admin = await adminBeside();
  try {
    const partitions = [0, 1].map((partition) => ({ partition, offset: partition === full ? '1' : '100' }));
    await admin.setOffsets({ groupId: group, topic, partitions });
    expect((await kafka.readers(topic)).get(group)).toBe(2n);
    await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: full ?? 0, offset: '100' }] });
  } finally {
    await admin.disconnect();
  }
  expect((await kafka.readers(topic)).get(group)).toBe(3n);
  expect((await kafka.progress(group, [topic])).get(topic)?.toSorted((a, b) => Number(a.end - b.end))).toMatchObject([
    { committed: 0n, end: 0n },
    { committed: 0n, end: 3n },
  ]);
});
