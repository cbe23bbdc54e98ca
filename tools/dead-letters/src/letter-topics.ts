/**
 * The dead-letter topics on Kafka, read from the committed offsets of this command's consumer group up to the end at
 * the start of the command. Only one command runs at a time; later ones start after its committed offsets.
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
/** A killed command counts as running until its session times out. */
const OTHERS_WAIT_MS_MAX = 15_000;
const OTHERS_POLL_MS = 500;

export interface KafkaTarget {
  readonly kafka: KafkaConnection;
  /** The prefix of the topics' names. */
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
   * Connects, and reads the end offsets of one dead-letter topic, or of all if none is named.
   *
   * @throws CommandError if Kafka can't be reached, a topic is missing, or another command is running
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

  /** From the group's committed offset to the end of each partition. */
  get ranges(): readonly OffsetRange[] {
    return this.#ranges;
  }

  /** The number of messages, letters and notices, from the committed offsets to the end. */
  get messages(): number {
    return this.#ranges.reduce((sum, { from, to }) => sum + Number(to - from), 0);
  }

  /**
   * Reads all ranges from their start, in bounded memory.
   *
   * @param take returns the offset below which all letters are settled, or null for none
   */
  async read(take: TakeMessages): Promise<void> {
    const options = { group: this.#group, ranges: this.#ranges, take, outlastsOutages: false };
    try {
      await readRanges(this.#kafka, options);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(`Kafka failed during the command: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Sends messages; resolves once all in-sync replicas have them. */
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

  /** Two concurrent members would share the partitions, and neither would see all of them. */
  async #untilAlone(): Promise<void> {
    for (const endMs = Date.now() + OTHERS_WAIT_MS_MAX; ; await delay(OTHERS_POLL_MS)) {
      const { groups } = await this.#admin.describeGroups([this.#group]);
      if (groups.every(({ members }) => members.length === 0)) return;
      if (Date.now() > endMs) throw new CommandError('another dead-letters command is running: try again later');
    }
  }
}
