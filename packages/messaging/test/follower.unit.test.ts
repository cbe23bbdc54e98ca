import type { StreamEvent } from '@mo/contracts';
import { createLogger } from '@mo/service-kit';
import { Follower, type IncomingMessage, type Kafka, toMessage } from '../src/index.ts';
import type { Quarantined } from '../src/protocol/quarantine.ts';
import { eventOf, eventsOf } from './ledger.ts';

const TOPIC = 'mo.payments';

function messageOf(event: StreamEvent, offset: number): IncomingMessage {
  const message = toMessage(event.stream, {
    customer_id: String(event.customer_id),
    version: String(event.version),
    type: event.type,
    data: JSON.stringify(event.data),
    seen: JSON.stringify(event.seen),
    time: event.time,
    traceparent: event.traceparent,
  });
  return withBytes({ ...message, topic: TOPIC, partition: 0, offset: String(offset) });
}

function withBytes(message: Omit<IncomingMessage, 'raw'>): IncomingMessage {
  const { key, value, headers } = message;
  const bytes = Object.entries(headers).map(([name, header]) => [name, Buffer.from(header)]);
  const raw = { key: Buffer.from(key ?? ''), value: Buffer.from(value ?? ''), headers: Object.fromEntries(bytes) };
  return { ...message, raw };
}

/** A follower, what pushes messages to it as Kafka would, and what it did. */
async function followerUnderTest(follow: (events: readonly StreamEvent[]) => Promise<void>) {
  const subscribed = Promise.withResolvers<(messages: IncomingMessage[]) => Promise<void>>();
  const deadLetters: { topic: string; key: string; value: string; headers: Readonly<Record<string, string>> }[] = [];
  const waiting: Quarantined[] = [];
  const reported: string[] = [];
  const kafka: Kafka = {
    ensureTopics: async () => {},
    producer: async () => ({
      send: async (topic, messages) => {
        for (const { key, value, headers } of messages) {
          const texts = Object.entries(headers).map(([name, header]) => [name, String(header)]);
          deadLetters.push({ topic, key: String(key), value: String(value), headers: Object.fromEntries(texts) });
        }
      },
      close: async () => {},
    }),
    subscribe: async (_group, _topics, handle) => {
      subscribed.resolve(handle);
      return { isConnected: true, close: async () => {} };
    },
  };
  const follower = new Follower({
    own: 'loans',
    follows: ['payments'],
    topicPrefix: 'mo',
    partitions: 1,
    kafka,
    clock: { now: () => 0, elapsed: () => 0, sleep: () => Promise.resolve() },
    logger: createLogger('test', 'silent'),
    follow: async (events) => {
      await follow(events);
      return { outcomes: events.map(() => 'apply'), progress: new Map(), faults: [] };
    },
    onEvent: (_stream, what) => reported.push(what),
    quarantine: async (items) => waiting.push(...items),
    settle: async () => {},
  });
  follower.start();
  return { push: await subscribed.promise, deadLetters, waiting, reported, stop: () => follower.stop() };
}

it('finishes messages only after the database has stored them, after any number of retries', async () => {
  const tries: number[][] = [];
  const { push, reported, stop } = await followerUnderTest(async (events) => {
    tries.push(events.map(({ version }) => version));
    if (tries.length < 4) throw new Error('the database is unreachable');
  });
  await push(eventsOf('payments', 1, 2).map(messageOf));
  expect(tries).toEqual(Array(4).fill([1, 2]));
  expect(reported).toEqual(['apply', 'apply']);
  await stop();
});

it('the real event takes effect after a message that claims its version under another key', async () => {
  const followed: string[] = [];
  const { push, deadLetters, waiting, stop } = await followerUnderTest(async (events) => {
    followed.push(...events.map(({ customer_id, version }) => `${customer_id}-${version}`));
  });
  const real = messageOf(eventOf('payments', 1, 1), 1);
  await push([withBytes({ ...real, key: '2', offset: '0' }), real]);
  expect(followed).toEqual(['1-1']);
  const reason = 'the key is not the customer id in ce_subject';
  expect(deadLetters).toMatchObject([{ key: '2', headers: { mo_reason: reason, mo_source_offset: '0' } }]);
  expect(waiting).toMatchObject([{ customerId: 1, version: 1, reason, source: { offset: '0' } }]);
  await stop();
});

it('quarantines messages that it cannot parse, with reason and origin, and applies the rest in order', async () => {
  const followed: number[] = [];
  const { push, deadLetters, waiting, reported, stop } = await followerUnderTest(async (events) => {
    followed.push(...events.map(({ version }) => version));
  });
  const garbled = withBytes({ ...messageOf(eventOf('payments', 2, 1), 1), value: 'no JSON' });
  await push([messageOf(eventOf('payments', 1, 1), 0), garbled, messageOf(eventOf('payments', 1, 2), 2)]);
  expect(followed).toEqual([1, 2]);
  expect(deadLetters).toMatchObject([
    {
      topic: `${TOPIC}.dlq`,
      key: '2',
      value: 'no JSON',
      headers: { mo_source_topic: TOPIC, mo_source_partition: '0', mo_source_offset: '1', ce_sequence: '1' },
    },
  ]);
  expect(waiting).toMatchObject([{ stream: 'payments', customerId: 2, version: 1 }]);
  expect(reported.toSorted()).toEqual(['apply', 'apply', 'quarantined']);
  await stop();
});
