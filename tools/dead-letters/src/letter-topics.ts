/**
 * The dead-letter topics on Kafka: read from where this command's consumer group has come to, up to the end as it was when
 * the command began. One command works at a time; what it commits is behind every later one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '@mo/command';
import { deadLetterTopicOf, STREAMS } from '@mo/contracts';
import {
  type KafkaConnection,
  kafkajsOptions,
  type OffsetRange,
  readRanges,
  type TakeMessages,
  topicOffsets,
} from '@mo/messaging';
import kafkajs, { type Admin, type Message } from 'kafkajs';

const { Kafka, logLevel } = kafkajs;

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
const RETRIES_MAX = 3;
/** A command that was killed counts as at work until its session has run out. */
const OTHERS_WAIT_MS_MAX = 15_000;
const OTHERS_POLL_MS = 500;

export interface KafkaTarget {
  readonly kafka: KafkaConnection;
  /** What the topics' names begin with. */
  readonly topicPrefix: string;
}

export class LetterTopics {
  readonly #kafka: kafkajs.Kafka;
  readonly #admin: Admin;
  readonly #producer: kafkajs.Producer;
  readonly #group: string;
  #ranges: readonly OffsetRange[] = [];

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

  /** From the committed offset of the group to the end of each partition. */
  get ranges(): readonly OffsetRange[] {
    return this.#ranges;
  }

  /** How many messages lie between where the group has come to and the end: letters and notices. */
  get messages(): number {
    return this.#ranges.reduce((sum, { from, to }) => sum + Number(to - from), 0);
  }

  /**
   * Reads all of it, in bounded memory; each time from the start.
   *
   * @param take returns the offset below which all letters are settled, or null for none
   */
  async read(take: TakeMessages): Promise<void> {
    const options = { group: this.#group, ranges: this.#ranges, take, outlastsOutages: false };
    try {
      await readRanges(this.#kafka, options);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(`Kafka stopped in the middle: ${(error as Error).message}`, { cause: error });
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

  async #noteRanges(topics: readonly string[]): Promise<void> {
    const existing = new Set(await this.#admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topic));
    if (missing.length > 0) throw new CommandError(`there is no topic ${missing.join(', ')}`);
    const committed = await this.#admin.fetchOffsets({ groupId: this.#group, topics: [...topics] });
    const ranges: OffsetRange[] = [];
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
