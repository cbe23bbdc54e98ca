/** A handler that takes long, on a real broker: it holds up its own partition alone. */
import { randomUUID } from 'node:crypto';
import { testServers } from '@mo/dev-stack';
import { createLogger } from '@mo/service-kit';
import kafkajs from 'kafkajs';
import {
  type Groups,
  type IncomingMessage,
  type Kafka,
  kafkaOverKafkajs,
  type Producer,
  type Topics,
} from '../src/index.ts';
import { KeptSubscription } from '../src/kafka/kafkajs-subscription.ts';
import { partitionOf } from '../src/kafka/partition.ts';
import { waitFor } from '../src/testing/index.ts';

const PARTITIONS = 2;
const logger = createLogger('test', 'silent');
let kafka: Kafka & Topics & Groups;
let producer: Producer;
let topic: string;
let group: string;
let open: KeptSubscription[];
/** What the members of the group have committed, as `partition to offset`. */
let commits: string[];
let gate: PromiseWithResolvers<void>;

beforeEach(async () => {
  kafka = kafkaOverKafkajs('test', testServers(), logger);
  topic = `held-up-${randomUUID().slice(0, 8)}`;
  group = `${topic}.group`;
  [open, commits, gate] = [[], [], Promise.withResolvers()];
  await kafka.ensureTopics([topic], PARTITIONS);
  producer = await kafka.producer();
});
afterEach(async () => {
  gate.resolve();
  await Promise.all(open.map((subscription) => subscription.close()));
  await producer.close();
});

async function send(partition: number, value: string): Promise<void> {
  const key = ['a', 'b', 'c', 'd'].find((candidate) => partitionOf(candidate, PARTITIONS) === partition) ?? '';
  await producer.send(topic, [{ key, value, headers: {} }], PARTITIONS);
}

/** A member of the group with a given handler, and the messages that it has handled, as `partition value`. */
async function member(handle: (values: string[]) => Promise<void>) {
  const handled = new Set<string>();
  const onMessages = async (messages: IncomingMessage[]) => {
    await handle(messages.map(({ partition, value }) => `${partition} ${value}`));
    for (const { partition, value } of messages) handled.add(`${partition} ${value}`);
  };
  const of = { group, topics: [topic], handle: onMessages };
  const options = { ...of, pace: 'prompt', ensure: async () => {}, logger } as const;
  const subscription = await KeptSubscription.start(observedClient(), options);
  open.push(subscription);
  return { handled, subscription };
}

const clientOf = () => new kafkajs.Kafka({ brokers: [...testServers().brokers], logLevel: kafkajs.logLevel.NOTHING });

/** A client of whose consumers the test sees each commit that the broker has taken. */
function observedClient(): kafkajs.Kafka {
  const client = clientOf();
  const consumer: kafkajs.Kafka['consumer'] = (config) => {
    const made = client.consumer(config);
    made.on(made.events.COMMIT_OFFSETS, ({ payload }) => {
      for (const { partitions } of payload.topics)
        commits.push(...partitions.map(({ partition, offset }) => `${partition} to ${offset}`));
    });
    return made;
  };
  return Object.assign(Object.create(client), { consumer });
}

/** Until the group has agreed on who reads what, with this many members. */
async function untilStable(members: number): Promise<void> {
  const admin = clientOf().admin();
  await admin.connect();
  try {
    await waitFor(async () => {
      const [described] = (await admin.describeGroups([group])).groups;
      return described?.state === 'Stable' && described.members.length === members;
    });
  } finally {
    await admin.disconnect();
  }
}

it('a slow batch does not keep other partitions from being read, and is committed once', async () => {
  const { handled } = await member(async ([first]) => {
    if (first?.startsWith('0')) await gate.promise;
  });
  await send(0, 'first');
  await send(1, 'first');
  await waitFor(() => handled.has('1 first'));
  await send(1, 'second');
  await waitFor(() => commits.includes('1 to 2'));
  expect([...handled]).toEqual(['1 first', '1 second']);
  expect(commits.filter((commit) => commit.startsWith('0'))).toEqual([]);
  gate.resolve();
  await waitFor(() => commits.includes('0 to 1'));
  await send(0, 'second');
  await waitFor(() => commits.includes('0 to 2'));
  expect(commits.filter((commit) => commit.startsWith('0'))).toEqual(['0 to 1', '0 to 2']);
});

it('a batch that fails after others were read meanwhile is fetched again', async () => {
  let tries = 0;
  const { handled } = await member(async ([first]) => {
    if (!first?.startsWith('0')) return;
    tries += 1;
    await gate.promise;
    if (tries === 1) throw new Error('the database is unreachable');
  });
  await send(0, 'first');
  await waitFor(() => tries > 0);
  await send(1, 'first');
  await waitFor(() => handled.has('1 first'));
  gate.resolve();
  await waitFor(() => handled.has('0 first'));
  expect(tries).toBe(2);
});

it('a member with an unfinished batch lets others join, and commits no offset of partitions that it lost', async () => {
  let tries = 0;
  const stuck = await member(async ([value]) => {
    if (!value?.startsWith('0')) return;
    tries += 1;
    await gate.promise;
  });
  await send(0, 'first');
  await waitFor(() => tries > 0);
  const other = await member(async () => {});
  await untilStable(2);
  expect(stuck.handled.size).toBe(0);
  gate.resolve();
  await waitFor(() => stuck.handled.has('0 first'));
  await waitFor(() => commits.includes('0 to 1'));
  // Whoever has the partition now has read it again.
  expect(tries + other.handled.size).toBe(2);
});
