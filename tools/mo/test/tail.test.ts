/** Following topics on a real Kafka that rebalances the group. */
import { randomUUID } from 'node:crypto';
import { testServers } from '@mo/dev-stack';
import {
  type Kafka,
  kafkajsOptions,
  kafkaOverKafkajs,
  type OutgoingMessage,
  partitionOf,
  type Topics,
} from '@mo/messaging';
import { passingMember, waitFor } from '@mo/messaging/testing';
import { createLogger } from '@mo/service-kit';
import kafkajs from 'kafkajs';
import type { TailedEvent } from '../src/events/event.ts';
import { tail } from '../src/events/tail.ts';

const servers = testServers();
const { brokers } = servers;
const kafka: Kafka & Topics = kafkaOverKafkajs('test', servers, createLogger('test', 'silent'));
const admin = new kafkajs.Kafka({ ...kafkajsOptions(servers), logLevel: kafkajs.logLevel.NOTHING }).admin();
let topic: string;

beforeAll(() => admin.connect());
afterAll(() => admin.disconnect());
beforeEach(async () => {
  topic = `tail-${randomUUID().slice(0, 8)}`;
  await kafka.ensureTopics([topic], 1);
});

/** Sends with a new producer, which knows all current partitions. */
async function sendAll(messages: readonly OutgoingMessage[], partitions: number): Promise<void> {
  const producer = await kafka.producer();
  await producer.send(topic, messages, partitions);
  await producer.close();
}
const send = (names: readonly string[], partitions: number): Promise<void> =>
  sendAll(
    names.map((name) => ({ key: name, value: JSON.stringify({ name }), headers: {} })),
    partitions,
  );
/** A key that is sent to this partition of two. */
const keyOfPartition = (partition: number) =>
  Array.from({ length: 100 }, (_, key) => `${key}`).find((key) => partitionOf(key, 2) === partition) ?? '';
const namesOf = (letter: string) => Array.from({ length: 20 }, (_, place) => `${letter}${place}`);
const nameIn = ({ data }: TailedEvent) => (data as { name: string }).name;

/** The group that follows the topic: other tests follow other topics of the same Kafka. */
async function groupOfTopic(): Promise<string | undefined> {
  const ids = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
  const { groups } = await admin.describeGroups(ids.filter((id) => id.startsWith('mo-events-')));
  return groups.find(({ members }) => members.some((member) => member.memberMetadata.includes(topic)))?.groupId;
}

/** Follows the topic in the background. */
async function follow(fromBeginning: boolean) {
  const shown: string[] = [];
  const stopping = new AbortController();
  const begun = Promise.withResolvers<void>();
  const ended = tail({
    target: { kafka: servers, topicPrefix: '' },
    topics: [topic],
    fromBeginning,
    isOfCustomer: () => true,
    isOfType: ({ type }) => type !== 'Hidden',
    onEvent: async (event) => {
      shown.push(nameIn(event));
      return false;
    },
    onBegin: begun.resolve,
    onUnreachable: () => {},
    signal: stopping.signal,
  });
  await Promise.race([begun.promise, ended]);
  const group = await waitFor(groupOfTopic);
  const stop = async () => {
    stopping.abort(new Error('stopped'));
    await expect(ended).rejects.toThrow('stopped');
  };
  return { shown, group, stop };
}

it.each([
  ['from the beginning', true, namesOf('a')],
  ['from now on', false, []],
])(
  'shows each event once %s, also of partitions that were added since, however often the group rebalances',
  async (_what, fromBeginning, earlier) => {
    await send(namesOf('a'), 1);
    const { shown, group, stop } = await follow(fromBeginning);
    await send(namesOf('b'), 1);
    const first = [...earlier, ...namesOf('b')];
    await waitFor(() => shown.length >= first.length);
    await kafka.raise(topic, 2);
    await send(namesOf('c'), 2);
    await passingMember(brokers, group, topic);
    await send(namesOf('d'), 2);
    const all = [...first, ...namesOf('c'), ...namesOf('d')];
    await waitFor(() => all.every((name) => shown.includes(name)));
    await stop();
    expect(shown.toSorted()).toEqual(all.toSorted());
  },
);

const version = (number: number) => ({
  key: '7',
  value: JSON.stringify({ name: `v${number}` }),
  headers: { ce_subject: '7', ce_sequence: `${number}`, ce_type: number % 3 === 0 ? 'Hidden' : 'Shown' },
});

it('shows an event once that two partitions hold, because some were added between', async () => {
  await sendAll([1, 2, 3, 4, 5].map(version), 1);
  await kafka.raise(topic, 2);
  await sendAll(
    [2, 3, 4, 5, 6, 7, 8].map((number) => ({ ...version(number), key: keyOfPartition(1) })),
    2,
  );
  const { shown, stop } = await follow(true);
  const all = [1, 2, 4, 5, 7, 8].map((number) => `v${number}`);
  await waitFor(() => all.every((name) => shown.includes(name)));
  await sendAll([{ ...version(10), key: keyOfPartition(1) }], 2);
  await waitFor(() => shown.includes('v10'));
  await sendAll([{ ...version(11), key: keyOfPartition(0) }], 2);
  await waitFor(() => shown.includes('v11'));
  await stop();
  expect(shown.toSorted()).toEqual([...all, 'v10', 'v11'].toSorted());
});

it('shows an event once that the topic holds at several offsets', async () => {
  await sendAll([1, 2, 1, 2, 3].map(version), 1);
  const { shown, stop } = await follow(true);
  await sendAll([3, 4].map(version), 1);
  await waitFor(() => shown.includes('v4'));
  await stop();
  expect(shown).toEqual(['v1', 'v2', 'v4']);
});
