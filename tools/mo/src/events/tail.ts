/**
 * Follows topics as they grow. The first and last offsets of each partition are read before the consumer joins its
 * group, so every later event is shown, however long Kafka takes to admit the consumer or to readmit it. Nothing is
 * committed, and the group is removed at the end.
 */
import { randomUUID } from 'node:crypto';
import { CommandError } from '@mo/command';
import type { KafkaTarget } from '@mo/dead-letters';
import { kafkajsOptions, Positions, topicOffsets, whileBeating } from '@mo/messaging';
import kafkajs, { type Admin, type Consumer } from 'kafkajs';
import { readEvent, type TailedEvent } from './event.ts';
import { SeenEvents } from './once.ts';

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
const RETRIES_MAX = 3;
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
const FETCH_WAIT_MS = 200;
/** How soon partitions that were added to a topic are found. */
const METADATA_AGE_MS_MAX = 10_000;

export interface TailOptions {
  readonly target: KafkaTarget;
  readonly topics: readonly string[];
  readonly fromBeginning: boolean;
  /** Events of other customers are skipped. */
  readonly isOfCustomer: (event: TailedEvent) => boolean;
  /** Events of other types are skipped. */
  readonly isOfType: (event: TailedEvent) => boolean;
  /** Called once for each wanted event, in the order of each partition and one at a time; returns true to stop. */
  readonly onEvent: (event: TailedEvent) => Promise<boolean>;
  /** Called once, when every event that is written from now on will be shown. */
  readonly onBegin: () => void;
  /** Called before each retry while Kafka is unreachable. */
  readonly onUnreachable: () => void;
  readonly signal: AbortSignal;
}

/**
 * Follows until `onEvent` returns true, including while Kafka is down for a while.
 *
 * @throws CommandError if Kafka cannot be reached at the start; the reason of the signal once it is aborted
 */
export async function tail(options: TailOptions): Promise<void> {
  const { target, topics, fromBeginning, isOfCustomer, isOfType, onEvent, onBegin, onUnreachable, signal } = options;
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
    // While Kafka is down the consumer restarts, and each partition continues from its position.
    retry: { retries: RETRIES_MAX, restartOnFailure: async () => !signal.aborted && !isEnough },
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let isEnough = false;
  const seen = new SeenEvents();
  ended.catch(() => {});
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  consumer.on(consumer.events.CRASH, ({ payload }) => (payload.restart ? onUnreachable() : reject(payload.error)));
  try {
    await admin.connect();
    const positions = new Positions(consumer, await startsOf(admin, topics, fromBeginning));
    await consumer.connect();
    // A partition without a position was added since, so all its events are new.
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message, ...payload }) => {
        if (isEnough) return;
        positions.pass(topic, partition, message.offset);
        const event = readEvent(topic, partition, message);
        if (!isOfCustomer(event) || !seen.isFirst(event) || !isOfType(event)) return;
        try {
          // The reader of the output may be slow, and the heartbeats keep the consumer in its group meanwhile.
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
    throw new CommandError(`there is no topic ${missing.join(', ')}: does TOPIC_PREFIX match that of the services?`);
  const starts = [];
  for (const topic of topics)
    for (const { partition, low, high } of await topicOffsets(admin, topic))
      starts.push({ topic, partition, offset: fromBeginning ? low : high });
  return starts;
}

async function leave(consumer: Consumer, admin: Admin, groupId: string): Promise<void> {
  await consumer.disconnect().catch(() => {});
  // If it cannot be removed: Kafka removes an empty group without offsets automatically.
  await admin.deleteGroups([groupId]).catch(() => {});
  await admin.disconnect().catch(() => {});
}
