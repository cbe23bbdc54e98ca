/** A subscriber to which tests push messages as Kafka would. */
import { STREAMS, type Stream, type StreamEvent, topicOf } from '@mo/contracts';
import { type IncomingMessage, type Kafka, toMessage } from '@mo/messaging';
import { createLogger, systemClock } from '@mo/service-kit';
import { Subscriber, type SubscriberOptions } from '../src/intake/subscriber.ts';

export interface Pushed {
  /** Members that the data has besides those that are known, as they are written in JSON. */
  readonly more?: string;
  readonly time?: string;
}

/** An event as a message, which may say what no event says here. */
export function messageOf(event: StreamEvent, { more, time = event.time }: Pushed = {}): IncomingMessage {
  const data = JSON.stringify(event.data);
  const { key, value, headers } = toMessage(event.stream, {
    ...event,
    time,
    customer_id: String(event.customer_id),
    version: String(event.version),
    data: more === undefined ? data : `${data.slice(0, -1)},${more}}`,
    seen: JSON.stringify(event.seen),
  });
  const raw = { key: Buffer.from(key), value: Buffer.from(value), headers: {} };
  return { topic: topicOf('mo', event.stream), partition: 0, offset: '0', key, value, headers, raw };
}

export interface Pushing {
  readonly subscriber: Subscriber;
  /** Hands it the messages of a partition; resolves once their offsets may be committed. */
  readonly push: (...messages: IncomingMessage[]) => Promise<void>;
  /** The stream of each message that it left out. */
  readonly unfit: readonly Stream[];
}

export async function startPushing(take: SubscriberOptions['take']): Promise<Pushing> {
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
  const unfit: Stream[] = [];
  const subscriber = new Subscriber({
    topicPrefix: 'mo',
    kafka,
    clock: systemClock,
    logger: createLogger('test', 'silent'),
    take,
    onUnfit: (stream) => unfit.push(stream),
  });
  subscriber.start();
  const handle = await subscribed.promise;
  return { subscriber, push: (...messages) => handle(messages), unfit };
}
