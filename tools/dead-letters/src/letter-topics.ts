/**
 * The dead-letter topics on Kafka: read from where this command's consumer group has come to, up to the end as it was when
 * the command began. One command works at a time; what it commits is behind every later one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '@mo/command';
import { deadLetterTopicOf, STREAMS } from '@mo/contracts';
import { type KafkaConnection, kafkajsOptions, Places, topicOffsets, whileBeating } from '@mo/messaging';
import kafkajs, { type Admin, type Consumer, type EachBatchPayload, type KafkaMessage, type Message } from 'kafkajs';

const { Kafka, logLevel } = kafkajs;

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
const RETRIES_MAX = 3;
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
const FETCH_WAIT_MS = 200;
const FETCH_BYTES_PER_PARTITION_MAX = 512 * 1024;
/** A command that was killed counts as at work until its session has run out. */
const OTHERS_WAIT_MS_MAX = 15_000;
const OTHERS_POLL_MS = 500;
/** Kafka may give nothing for so long before reading is given up. */
const STALL_MS_MAX = 60_000;

export interface KafkaTarget {
  readonly kafka: KafkaConnection;
  /** What the topics' names begin with. */
  readonly topicPrefix: string;
}

/** Letters are between these offsets, the end not included. */
interface Range {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** Takes messages of one partition, in order; answers with the offset below which all is settled, or null for none. */
export type TakeMessages = (
  topic: string,
  partition: number,
  messages: readonly KafkaMessage[],
) => Promise<string | null>;

export class LetterTopics {
  readonly #kafka: kafkajs.Kafka;
  readonly #admin: Admin;
  readonly #producer: kafkajs.Producer;
  readonly #group: string;
  #ranges: readonly Range[] = [];

  private constructor({ kafka, topicPrefix }: KafkaTarget) {
    this.#kafka = new Kafka({
      clientId: 'mo-dead-letters',
      ...kafkajsOptions(kafka),
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: { retries: RETRIES_MAX },
      logLevel: logLevel.NOTHING,
    });
    this.#admin = this.#kafka.admin();
    this.#producer = this.#kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
    this.#group = `${topicPrefix}.dead-letters`;
  }

  /**
   * Connects, and notes how far the dead letters of a topic go, or of all where none is named.
   *
   * @throws CommandError where Kafka can't be reached, a topic is missing, or another command is at work
   */
  static async open(target: KafkaTarget, topic?: string): Promise<LetterTopics> {
    const sources = topic === undefined ? STREAMS.map((stream) => `${target.topicPrefix}.${stream}`) : [topic];
    const topics = new LetterTopics(target);
    try {
      await topics.#admin.connect();
      await topics.#producer.connect();
      await topics.#noteRanges(sources.map(deadLetterTopicOf));
      await topics.#untilAlone();
      return topics;
    } catch (error) {
      await topics.close();
      if (error instanceof CommandError) throw error;
      throw new CommandError(`Kafka at ${target.kafka.brokers.join(', ')}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** How many messages lie between where the group has come to and the end: letters and notices. */
  get messages(): number {
    return this.#ranges.reduce((sum, { from, to }) => sum + Number(to - from), 0);
  }

  /** Reads all of it, in bounded memory; each time from the start. */
  async read(take: TakeMessages): Promise<void> {
    const left = new Map(this.#ranges.filter(({ from, to }) => from < to).map((range) => [keyOf(range), range]));
    if (left.size === 0) return;
    const consumer = this.#consumer();
    const starts = this.#ranges.map(({ topic, partition, from }) => ({ topic, partition, offset: String(from) }));
    const places = new Places(consumer, starts);
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    const stalled = () => reject(new Error(`it gave nothing for ${STALL_MS_MAX / 1000} s`));
    let watch = setTimeout(stalled, STALL_MS_MAX);
    let failed = false;
    const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
      const { topic, partition } = payload.batch;
      const range = left.get(keyOf({ topic, partition }));
      if (range === undefined || failed) return consumer.pause([{ topic, partitions: [partition] }]);
      clearTimeout(watch);
      try {
        await takeBatch(consumer, payload, range, take);
        places.pass(topic, partition, payload.batch.lastOffset());
      } catch (error) {
        // The client would hand the same messages over again: what was sent of them would be sent twice.
        failed = true;
        reject(error);
        return;
      }
      watch = setTimeout(stalled, STALL_MS_MAX);
      if (BigInt(payload.batch.lastOffset()) + 1n < range.to) return;
      left.delete(keyOf(range));
      if (left.size === 0) resolve();
    };
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...new Set(this.#ranges.map(({ topic }) => topic))], fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch });
      await ended;
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(`Kafka stopped in the middle: ${(error as Error).message}`, { cause: error });
    } finally {
      clearTimeout(watch);
      await consumer.disconnect();
    }
  }

  /** Sends messages; resolves once all replicas in sync have them. */
  async send(topic: string, messages: readonly Message[]): Promise<void> {
    if (messages.length > 0) await this.#producer.send({ topic, acks: -1, messages: [...messages] });
  }

  async close(): Promise<void> {
    await this.#producer.disconnect().catch(() => {});
    await this.#admin.disconnect().catch(() => {});
  }

  #consumer(): Consumer {
    return this.#kafka.consumer({
      groupId: this.#group,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: FETCH_BYTES_PER_PARTITION_MAX,
      allowAutoTopicCreation: false,
      retry: { retries: RETRIES_MAX, restartOnFailure: async () => false },
    });
  }

  async #noteRanges(topics: readonly string[]): Promise<void> {
    const existing = new Set(await this.#admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topic));
    if (missing.length > 0) throw new CommandError(`there is no topic ${missing.join(', ')}`);
    const committed = await this.#admin.fetchOffsets({ groupId: this.#group, topics: [...topics] });
    const ranges: Range[] = [];
    for (const topic of topics) {
      const reached = committed.find((entry) => entry.topic === topic)?.partitions ?? [];
      for (const { partition, low, high } of await topicOffsets(this.#admin, topic)) {
        const position = BigInt(reached.find((entry) => entry.partition === partition)?.offset ?? -1);
        const from = position < BigInt(low) ? BigInt(low) : position;
        ranges.push({ topic, partition, from, to: BigInt(high) });
      }
    }
    this.#ranges = ranges;
  }

  /** Two at once would share the partitions out between them, and neither would see all. */
  async #untilAlone(): Promise<void> {
    for (const endMs = Date.now() + OTHERS_WAIT_MS_MAX; ; await delay(OTHERS_POLL_MS)) {
      const { groups } = await this.#admin.describeGroups([this.#group]);
      if (groups.every(({ members }) => members.length === 0)) return;
      if (Date.now() > endMs) throw new CommandError('another dead-letters command is at work: try again later');
    }
  }
}

const keyOf = ({ topic, partition }: Pick<Range, 'topic' | 'partition'>): string => `${topic} ${partition}`;

async function takeBatch(
  consumer: Consumer,
  payload: EachBatchPayload,
  { topic, partition, to }: Range,
  take: TakeMessages,
): Promise<void> {
  const { batch } = payload;
  const messages = batch.messages.filter(({ offset }) => BigInt(offset) < to);
  await whileBeating(
    () => payload.heartbeat(),
    HEARTBEAT_INTERVAL_MS,
    async () => {
      const settledBelow = await take(topic, partition, messages);
      if (settledBelow !== null) await consumer.commitOffsets([{ topic, partition, offset: settledBelow }]);
    },
  );
  payload.resolveOffset(batch.lastOffset());
}
