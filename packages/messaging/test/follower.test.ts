/** The follower on a real broker: what it puts aside, to the byte, and that nothing is lost on the way. */
import { randomUUID } from 'node:crypto';
import type { StreamEvent } from '@mo/contracts';
import { testServers } from '@mo/dev-stack';
import { createLogger, systemClock } from '@mo/service-kit';
import {
  Follower,
  type FollowerOptions,
  type IncomingMessage,
  type Kafka,
  kafkaOverKafkajs,
  type Producer,
  type RawMessage,
  type Subscription,
} from '../src/index.ts';
import type { Quarantined, SettledLetter } from '../src/protocol/quarantine.ts';
import { deleteTopics, publish, waitFor } from '../src/testing/index.ts';
import { eventOf, nameOf } from './ledger.ts';

const PARTITIONS = 1;
const logger = createLogger('test', 'silent');
let kafka: Kafka;
let producer: Producer;
let subscription: Subscription;
let topicPrefix: string;
let topic: string;
let letters: IncomingMessage[];
let followed: string[];
let quarantined: Quarantined[];
let settled: SettledLetter[];
let followers: Follower[];

beforeAll(async () => {
  kafka = kafkaOverKafkajs('test', testServers(), logger);
  producer = await kafka.producer();
});
afterAll(() => producer.close());
beforeEach(async () => {
  topicPrefix = `follower-${randomUUID().slice(0, 8)}`;
  topic = `${topicPrefix}.payments`;
  [letters, followed, quarantined, settled, followers] = [[], [], [], [], []];
  await kafka.ensureTopics([topic, `${topic}.dlq`], PARTITIONS);
  subscription = await kafka.subscribe(
    `${topicPrefix}.test`,
    [`${topic}.dlq`],
    async (messages) => void letters.push(...messages),
  );
});
afterEach(async () => {
  for (const follower of followers) await follower.stop();
  await subscription.close();
});

function startFollower(over: Kafka = kafka, more: Partial<FollowerOptions> = {}): Follower {
  const follower = new Follower({
    own: 'loans',
    follows: ['payments'],
    topicPrefix,
    partitions: PARTITIONS,
    kafka: over,
    clock: systemClock,
    logger,
    follow: async (events) => {
      followed.push(...events.map(nameOf));
      return { outcomes: events.map(() => 'apply' as const), progress: new Map(), faults: [] };
    },
    quarantine: async (items) => void quarantined.push(...items),
    settle: async (some) => void settled.push(...some),
    onEvent: () => {},
    ...more,
  });
  followers.push(follower);
  follower.start();
  return follower;
}

const push = (...events: StreamEvent[]) => publish(producer, topicPrefix, events);
/** The real broker, through a producer whose sends a test can spoil. */
const sendingBy = (send: (real: Producer, messages: readonly RawMessage[]) => Promise<void>): Kafka => ({
  ...kafka,
  producer: async () => {
    const real = await kafka.producer();
    return { send: (_topic, messages) => send(real, messages as readonly RawMessage[]), close: () => real.close() };
  },
});

it('sends a message that it cannot parse to the dead-letter topic, byte for byte with reason and origin, and continues', async () => {
  const binary = Buffer.from([0, 255, 254, 128, 10]);
  await producer.send(topic, [
    { key: binary, value: binary, headers: { binary, many: [binary, Buffer.from('b')] } },
    { key: null, value: null, headers: {} },
  ]);
  await push(eventOf('payments', 1, 1));
  startFollower();
  await waitFor(() => letters.length >= 2 && followed.length >= 1);
  expect(followed).toEqual(['payments 1']);
  expect(letters.map(({ raw: { key, value } }) => [key, value])).toEqual([
    [binary, binary],
    [null, null],
  ]);
  const { binary: one, many, ...origin } = letters[0]?.raw.headers ?? {};
  expect([one, many]).toEqual([binary, [binary, Buffer.from('b')]]);
  expect(Object.entries(origin).map(([name, bytes]) => [name, String(bytes)])).toEqual([
    ['mo_reason', 'ce_specversion is missing, not 1.0'],
    ['mo_follower', `${topicPrefix}.loans`],
    ['mo_source_topic', topic],
    ['mo_source_partition', '0'],
    ['mo_source_offset', '0'],
  ]);
  expect(quarantined).toMatchObject([
    { stream: 'payments', customerId: null, version: null, source: { topic, partition: 0, offset: '0' } },
    { stream: 'payments', customerId: null, version: null, source: { topic, partition: 0, offset: '1' } },
  ]);
});

it('skips nothing while Kafka cannot accept the dead letter', async () => {
  let attempts = 0;
  const over = sendingBy(async (real, messages) => {
    attempts += 1;
    if (attempts < 4) throw new Error('the broker is unreachable');
    await real.send(`${topic}.dlq`, messages);
  });
  await producer.send(topic, [{ key: '7', value: 'no JSON', headers: { ce_specversion: '1.0', ce_sequence: '4' } }]);
  startFollower(over);
  await waitFor(() => letters.length === 1);
  expect(attempts).toBe(4);
  expect(quarantined).toMatchObject([{ customerId: 7, version: 4, reason: 'the data is not JSON' }]);
});

it('a crash between the dead letter and the offset only sends the letter twice', async () => {
  await producer.send(topic, [{ key: '7', value: 'no JSON', headers: { ce_specversion: '1.0' } }]);
  const crashing: Kafka = {
    ...kafka,
    subscribe: (group, topics, handle) =>
      kafka.subscribe(group, topics, async (messages) => {
        await handle(messages);
        throw new Error('the process died');
      }),
  };
  const first = startFollower(crashing);
  await waitFor(() => letters.length >= 1);
  await first.stop();
  const doubles = letters.length;
  startFollower();
  await waitFor(() => letters.length > doubles);
  const offsets = letters.map(({ headers }) => headers.mo_source_offset);
  expect(new Set(offsets)).toEqual(new Set(['0']));
  // The same place each time, so that the quarantine keeps one row.
  expect(new Set(quarantined.map(({ source }) => source?.offset))).toEqual(new Set(['0']));
});

it('quarantines an event whose effect throws, and no other', async () => {
  await push(eventOf('payments', 1, 1), eventOf('payments', 2, 1), eventOf('payments', 3, 1));
  startFollower(kafka, {
    follow: async (events) => {
      followed.push(...events.map(({ customer_id }) => String(customer_id)));
      const faults = events.filter(({ customer_id }) => customer_id === 2);
      return {
        outcomes: events.map(({ customer_id }) => (customer_id === 2 ? ('faulty' as const) : ('apply' as const))),
        progress: new Map(),
        faults: faults.map((event) => ({ event, error: new Error('no such loan') })),
      };
    },
  });
  await waitFor(() => letters.length >= 1 && followed.length >= 3);
  expect(letters).toMatchObject([
    { key: '2', headers: { ce_type: 'PaymentRejected', mo_reason: 'it cannot take effect: no such loan' } },
  ]);
  expect(quarantined).toMatchObject([{ customerId: 2, version: 1, source: { offset: '1' } }]);
});

it('sends only the key and its own headers if Kafka refuses the letter for its size', async () => {
  // A message that fits, though not with what a letter adds to it.
  const value = 'x'.repeat(1024 * 1024 - 120);
  await producer.send(topic, [{ key: '7', value, headers: {} }]);
  startFollower();
  await waitFor(() => letters.length >= 1);
  expect(letters[0]?.raw).toMatchObject({ key: Buffer.from('7'), value: null });
  expect(letters[0]?.headers).toMatchObject({ mo_source_offset: '0', mo_omitted_bytes: String(value.length) });
  // A key that takes part of the size.
  const key = 'k'.repeat(65);
  await producer.send(topic, [{ key, value: value.slice(key.length), headers: {} }]);
  await waitFor(() => letters.length >= 2);
  expect(letters[1]?.raw).toMatchObject({ key: null, value: null });
  expect(letters[1]?.headers).toMatchObject({ mo_source_offset: '1', mo_omitted_bytes: String(value.length) });
});

it('reads how letters were settled', async () => {
  const origin = { mo_source_topic: topic, mo_source_partition: '0', mo_source_offset: '17' };
  await producer.send(`${topic}.dlq`, [
    { key: '7', value: 'a letter', headers: origin },
    { key: '7', value: '', headers: { ...origin, mo_settled: 'lost' } },
    { key: '7', value: '', headers: { ...origin, mo_settled: 'dismissed' } },
  ]);
  startFollower();
  await waitFor(() => settled.length >= 1);
  expect(settled).toEqual([{ settlement: 'dismissed', source: { topic, partition: 0, offset: '17' } }]);
});

it('recreates deleted topics, and follows new events on them', async () => {
  await push(eventOf('payments', 1, 1));
  startFollower();
  await waitFor(() => followed.length >= 1);
  await deleteTopics(topic, `${topic}.dlq`);
  await waitFor(() => push(eventOf('payments', 1, 2)).then(() => true));
  await waitFor(() => followed.includes('payments 2'));
  await producer.send(topic, [{ key: '7', value: 'no JSON', headers: { ce_specversion: '1.0' } }]);
  await waitFor(() => letters.length >= 1);
});

it('recreates a dead-letter topic that was deleted while no member read it', async () => {
  const deaf: Kafka = {
    ...kafka,
    subscribe: async (group, topics, handle, ...rest) =>
      group.endsWith('.letters')
        ? { isConnected: true, close: async () => {} }
        : kafka.subscribe(group, topics, handle, ...rest),
  };
  const unreadable = { key: '7', value: 'no JSON', headers: { ce_specversion: '1.0' } };
  await producer.send(topic, [unreadable]);
  startFollower(deaf);
  await waitFor(() => letters.length >= 1);
  await deleteTopics(`${topic}.dlq`);
  await producer.send(topic, [unreadable]);
  await waitFor(() => letters.some(({ headers }) => headers.mo_source_offset === '1'));
});
