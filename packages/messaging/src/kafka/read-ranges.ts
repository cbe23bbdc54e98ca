/** Reads offset ranges of topics as the only member of a consumer group. */
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { whileBeating } from './heartbeats.ts';
import { Positions } from './positions.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
const FETCH_WAIT_MS = 200;
const FETCH_BYTES_PER_PARTITION_MAX = 512 * 1024;
const RETRIES_MAX = 3;
/** Reading fails if Kafka delivers nothing for this long. */
const SILENCE_MS_MAX = 60_000;

/** The messages of a partition from offset `from` up to, but not including, `to`. */
export interface OffsetRange extends TopicPartition {
  readonly from: bigint;
  readonly to: bigint;
}

/** Takes messages of one partition, in order. Returns the offset to commit, or null to commit nothing. */
export type TakeMessages = (
  topic: string,
  partition: number,
  messages: readonly KafkaMessage[],
) => Promise<string | null>;

export interface RangesOptions {
  readonly group: string;
  readonly ranges: readonly OffsetRange[];
  readonly take: TakeMessages;
  /** Whether reading continues after an outage of Kafka of less than {@link SILENCE_MS_MAX}; otherwise it fails. */
  readonly outlastsOutages: boolean;
}

/** Kafka has delivered nothing for {@link SILENCE_MS_MAX}. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/**
 * Resolves when `take` has taken every message of the ranges once. Only the offsets that `take` returns are committed.
 *
 * @throws SilenceError; any error of `take`, which is not called again after it; an error of kafkajs
 */
export async function readRanges(client: Kafka, options: RangesOptions): Promise<void> {
  const { group, ranges, outlastsOutages } = options;
  if (ranges.every(isEmpty)) return;
  const reading = new Reading(options);
  const consumer = client.consumer({
    groupId: group,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: FETCH_BYTES_PER_PARTITION_MAX,
    allowAutoTopicCreation: false,
    retry: { retries: RETRIES_MAX, restartOnFailure: async () => outlastsOutages && !reading.isOver },
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...new Set(ranges.map(({ topic }) => topic))], fromBeginning: true });
    const eachBatch = (payload: EachBatchPayload) => reading.take(consumer, payload);
    await Promise.all([reading.until(consumer), consumer.run({ autoCommit: false, eachBatch })]);
  } finally {
    reading.end();
    await consumer.disconnect();
  }
}

const isEmpty = ({ from, to }: OffsetRange): boolean => from >= to;

class Reading {
  readonly #options: RangesOptions;
  /** Ranges that are not completely read yet. */
  readonly #left: Map<string, OffsetRange>;
  readonly #done = Promise.withResolvers<void>();
  #positions: Positions | null = null;
  #watch: NodeJS.Timeout | undefined;
  isOver = false;

  constructor(options: RangesOptions) {
    this.#options = options;
    this.#left = new Map(
      options.ranges.filter((range) => !isEmpty(range)).map((range) => [partitionKey(range), range]),
    );
  }

  /** Resolves when all ranges are read. */
  async until(consumer: Consumer): Promise<void> {
    const starts = this.#options.ranges.map(({ topic, partition, from }) => ({ topic, partition, offset: `${from}` }));
    this.#positions = new Positions(consumer, starts);
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) this.#fail(payload.error);
    });
    this.#expectMore();
    await this.#done.promise;
  }

  async take(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch;
    const range = this.#left.get(partitionKey(payload.batch));
    if (range === undefined || this.isOver) return consumer.pause([{ topic, partitions: [partition] }]);
    clearTimeout(this.#watch);
    try {
      await this.#takeBatch(consumer, payload, range);
    } catch (error) {
      // kafkajs would deliver the same messages again, but some of them may have taken effect already.
      this.#fail(error);
      return;
    }
    const last = payload.batch.lastOffset();
    this.#positions?.pass(topic, partition, last);
    this.#expectMore();
    if (BigInt(last) + 1n < range.to) return;
    this.#left.delete(partitionKey(range));
    if (this.#left.size === 0) this.#done.resolve();
  }

  end(): void {
    this.isOver = true;
    clearTimeout(this.#watch);
  }

  async #takeBatch(consumer: Consumer, payload: EachBatchPayload, { topic, partition, to }: OffsetRange) {
    const { batch } = payload;
    const messages = batch.messages.filter(({ offset }) => BigInt(offset) < to);
    await whileBeating(
      () => payload.heartbeat(),
      HEARTBEAT_INTERVAL_MS,
      async () => {
        const offset = await this.#options.take(topic, partition, messages);
        if (offset !== null) await consumer.commitOffsets([{ topic, partition, offset }]);
      },
    );
    payload.resolveOffset(batch.lastOffset());
  }

  #expectMore(): void {
    if (this.isOver) return;
    const silence = () => this.#fail(new SilenceError(`nothing has arrived for ${SILENCE_MS_MAX / 1000} s`));
    this.#watch = setTimeout(silence, SILENCE_MS_MAX);
  }

  #fail(error: unknown): void {
    this.isOver = true;
    this.#done.reject(error);
  }
}
