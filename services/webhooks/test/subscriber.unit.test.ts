import { STREAMS, type StreamEvent, topicOf } from '@mo/contracts';
import { type IncomingMessage, type Kafka, toMessage } from '@mo/messaging';
import { createLogger, systemClock } from '@mo/service-kit';
import { Subscriber } from '../src/intake/subscriber.ts';
import { eventOf, idOf } from './support.ts';

const [ADA, BOB] = [1, 2];

function messageOf(event: StreamEvent): IncomingMessage {
  const { key, value, headers } = toMessage(event.stream, {
    ...event,
    customer_id: String(event.customer_id),
    version: String(event.version),
    data: JSON.stringify(event.data),
    seen: JSON.stringify(event.seen),
  });
  const raw = { key: Buffer.from(key ?? ''), value: Buffer.from(String(value)), headers: {} };
  const texts = headers as Record<string, string>;
  return {
    topic: topicOf('mo', event.stream),
    partition: 0,
    offset: '0',
    key,
    value: String(value),
    headers: texts,
    raw,
  };
}

/** A subscriber, and what pushes a partition's messages to it as Kafka would. */
async function start(take: (events: readonly StreamEvent[]) => Promise<void>) {
  const subscribed = Promise.withResolvers<(messages: IncomingMessage[]) => Promise<void>>();
  const kafka: Kafka = {
    ensureTopics: async () => {},
    producer: () => Promise.reject(new Error('it sends nothing')),
    subscribe: async (_group, topics, handle) => {
      expect(topics).toEqual(STREAMS.map((stream) => topicOf('mo', stream)));
      subscribed.resolve(handle);
      return { isConnected: true, close: async () => {} };
    },
  };
  const logger = createLogger('test', 'silent');
  const subscriber = new Subscriber({ topicPrefix: 'mo', kafka, clock: systemClock, logger, take, onUnfit: () => {} });
  subscriber.start();
  const push = await subscribed.promise;
  return { subscriber, push: (...events: StreamEvent[]) => push(events.map(messageOf)) };
}

const of = (customerId: number, version: number): StreamEvent => eventOf('loans', version, { customerId });

it('what the partitions of a fetch bring is taken in together', async () => {
  const taken: string[][] = [];
  const { subscriber, push } = await start(async (events) => void taken.push(events.map(idOf)));
  await Promise.all([push(of(ADA, 1), of(ADA, 2)), push(of(BOB, 1))]);
  await subscriber.stop();
  expect(taken).toEqual([['loans-1-1', 'loans-1-2', 'loans-2-1']]);
});

it('what can not be taken in keeps nothing else from being taken, and is tried until it can', async () => {
  const taken: string[] = [];
  let isMended = false;
  const { subscriber, push } = await start(async (events) => {
    if (!isMended && events.some(({ customer_id }) => customer_id === ADA)) throw new Error('not now');
    taken.push(...events.map(idOf));
  });
  const stuck = push(of(ADA, 1));
  await push(of(BOB, 1));
  await push(of(BOB, 2));
  expect(taken).toEqual(['loans-2-1', 'loans-2-2']);
  isMended = true;
  await stuck;
  await subscriber.stop();
  expect(taken).toEqual(['loans-2-1', 'loans-2-2', 'loans-1-1']);
});
