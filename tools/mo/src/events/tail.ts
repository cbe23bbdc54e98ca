/**
 * Follows topics as they grow. Where each partition begins or ends is asked first, so that what is written from then on is
 * told, however long Kafka takes to let a consumer in, and let it in again. Nothing is committed, and the group is removed at
 * the end.
 */
import { randomUUID } from 'node:crypto';
import { CommandError } from '@mo/command';
import type { KafkaTarget } from '@mo/dead-letters';
import { kafkajsOptions, Places, topicOffsets, whileBeating } from '@mo/messaging';
import kafkajs, { type Admin, type Consumer } from 'kafkajs';
import { readEvent, type TailedEvent } from './event.ts';

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
const RETRIES_MAX = 3;
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
const FETCH_WAIT_MS = 200;
/** How soon partitions are found that were added to a topic. */
const METADATA_AGE_MS_MAX = 10_000;

export interface TailOptions {
  readonly target: KafkaTarget;
  readonly topics: readonly string[];
  readonly fromBeginning: boolean;
  /** Told of each event once, each partition in its order, the next after it resolves; true where that is enough. */
  readonly onEvent: (event: TailedEvent) => Promise<boolean>;
  /** Told once everything that is written from now on will be told. */
  readonly onBegin: () => void;
  /** Told, as often as it is tried again, that Kafka is away. */
  readonly onAway: () => void;
  readonly signal: AbortSignal;
}

/**
 * Follows until it is enough, also where Kafka is away for a while.
 *
 * @throws CommandError where Kafka can't be reached at the beginning; the reason of the signal once it is aborted
 */
export async function tail(options: TailOptions): Promise<void> {
  const { target, topics, fromBeginning, onEvent, onBegin, onAway, signal } = options;
  const client = new kafkajs.Kafka({
    clientId: 'mo-events',
    ...kafkajsOptions(target.kafka),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: RETRIES_MAX },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const groupId = `mo-events-${randomUUID()}`;
  const admin = client.admin();
  const consumer = client.consumer({
    groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    metadataMaxAge: METADATA_AGE_MS_MAX,
    allowAutoTopicCreation: false,
    // Where Kafka is away it is asked again, and each partition goes on from its place.
    retry: { retries: RETRIES_MAX, restartOnFailure: async () => !signal.aborted && !isEnough },
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let isEnough = false;
  ended.catch(() => {});
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  consumer.on(consumer.events.CRASH, ({ payload }) => (payload.restart ? onAway() : reject(payload.error)));
  try {
    await admin.connect();
    const places = new Places(consumer, await startsOf(admin, topics, fromBeginning));
    await consumer.connect();
    // A partition without a place was added since, and everything in it is new.
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message, ...payload }) => {
        if (isEnough) return;
        places.pass(topic, partition, message.offset);
        const event = readEvent(topic, partition, message);
        try {
          // Whoever reads the output may take their time, and Kafka must not think that we are gone.
          isEnough = await whileBeating(
            () => payload.heartbeat(),
            HEARTBEAT_INTERVAL_MS,
            () => onEvent(event),
          );
          if (isEnough) resolve();
        } catch (error) {
          isEnough = true;
          reject(error);
        }
      },
    });
    onBegin();
    await ended;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof CommandError) throw error;
    throw new CommandError(`Kafka at ${target.kafka.brokers.join(', ')}: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    isEnough = true;
    await leave(consumer, admin, groupId);
  }
}

async function startsOf(admin: Admin, topics: readonly string[], fromBeginning: boolean) {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !existing.has(topic));
  if (missing.length > 0)
    throw new CommandError(`there is no topic ${missing.join(', ')}: is TOPIC_PREFIX that of the services?`);
  const starts = [];
  for (const topic of topics)
    for (const { partition, low, high } of await topicOffsets(admin, topic))
      starts.push({ topic, partition, offset: fromBeginning ? low : high });
  return starts;
}

async function leave(consumer: Consumer, admin: Admin, groupId: string): Promise<void> {
  await consumer.disconnect().catch(() => {});
  // Where it can't be removed, Kafka forgets an empty group without offsets by itself.
  await admin.deleteGroups([groupId]).catch(() => {});
  await admin.disconnect().catch(() => {});
}
