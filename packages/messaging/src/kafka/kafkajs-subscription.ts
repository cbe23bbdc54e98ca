/** A kafkajs consumer that survives outages of a broker. */
import { type Logger, RetryLog, systemClock } from '@mo/service-kit';
import type { Consumer, Kafka } from 'kafkajs';
import { FOLLOWER_PACING, type Pacing } from '../round-interval.ts';
import { FetchRests } from './fetch-rests.ts';
import { Handling, HEARTBEAT_INTERVAL_MS } from './handling.ts';
import { HeldUp } from './held-up.ts';
import { OffsetCommits } from './offset-commits.ts';
import type { IncomingMessage, Pace, Subscription } from './port.ts';

/**
 * How long a group waits for a member that sends no heartbeats, and for one that has to rejoin. While it waits nobody
 * reads. A member that takes longer joins afterwards, and the messages that it was handling are delivered again.
 */
const SESSION_TIMEOUT_MS = 6_000;
/** How long the broker may delay an empty fetch response; longer waits delay rebalances and the stop of a process. */
const FETCH_WAIT_MS: Readonly<Record<Pace, number>> = { prompt: 250, relaxed: 250, seldom: 1_000 };
const PACING: Readonly<Record<Pace, Pacing>> = {
  prompt: FOLLOWER_PACING,
  relaxed: { msMin: 200, msMax: 400, parts: 4 },
  seldom: FOLLOWER_PACING,
};
/** Some thousand events: the messages of a fetch are in memory in several forms until they are applied. */
const FETCH_BYTES_MAX = 1024 * 1024;
const FETCH_BYTES_PER_PARTITION_MAX = 128 * 1024;
/** The partitions of three topics: a batch that waits for others of its fetch would also wait for their rests. */
const PARTITIONS_AT_ONCE = 36;
/** Partitions added to a topic are found within this time. */
const METADATA_AGE_MS_MAX = 10_000;
const RETRIES_MAX = 2;
const RESTART_DELAY_MS = 500;

interface SubscriptionOptions {
  group: string;
  topics: readonly string[];
  handle: (messages: IncomingMessage[]) => Promise<void>;
  pace: Pace;
  /** Creates missing topics: called before a consumer replaces another. */
  ensure: () => Promise<void>;
  logger: Logger;
}

/** A consumer that is restarted whenever kafkajs stops it after an error. */
export class KeptSubscription implements Subscription {
  readonly #client: Kafka;
  readonly #options: SubscriptionOptions;
  readonly #heldUp: HeldUp;
  readonly #reading: RetryLog;
  readonly #committing: RetryLog;
  #consumer: Consumer | null = null;
  #commits: OffsetCommits | null = null;
  #closed = false;
  /** When the broker last confirmed the membership, by a join or a heartbeat. */
  #heardMs = Number.NEGATIVE_INFINITY;

  private constructor(client: Kafka, options: SubscriptionOptions) {
    this.#client = client;
    this.#options = options;
    const { logger } = options;
    this.#heldUp = new HeldUp(systemClock, logger);
    this.#reading = new RetryLog(systemClock, logger, 'the Kafka consumer stopped and will be restarted');
    this.#committing = new RetryLog(systemClock, logger, 'offsets could not be committed yet');
  }

  static async start(client: Kafka, options: SubscriptionOptions): Promise<KeptSubscription> {
    const subscription = new KeptSubscription(client, options);
    try {
      await subscription.#connect(async () => {});
      return subscription;
    } catch (error) {
      await subscription.close().catch(() => {});
      throw error;
    }
  }

  get isConnected(): boolean {
    return !this.#closed && performance.now() - this.#heardMs < SESSION_TIMEOUT_MS;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#commits?.close();
    await this.#consumer?.disconnect();
    await this.#heldUp.close();
  }

  async #connect(ensure: () => Promise<void>): Promise<void> {
    const { group, topics, handle, pace, logger } = this.#options;
    const consumer = this.#client.consumer({
      groupId: group,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS[pace],
      maxBytes: FETCH_BYTES_MAX,
      maxBytesPerPartition: FETCH_BYTES_PER_PARTITION_MAX,
      metadataMaxAge: METADATA_AGE_MS_MAX,
      allowAutoTopicCreation: false,
      retry: { retries: RETRIES_MAX, restartOnFailure: async () => false },
    });
    const commits = new OffsetCommits((offsets) => consumer.commitOffsets(offsets), this.#committing);
    const rests = new FetchRests(PACING[pace]);
    const handling = new Handling({ handle, commits, rests, heldUp: this.#heldUp, logger });
    consumer.on(consumer.events.GROUP_JOIN, () => handling.rejoined());
    // A consumer that joins may still be unable to read: its group's broker answers, and that of a partition does not.
    consumer.on(consumer.events.FETCH, () => this.#reading.succeeded());
    for (const event of [consumer.events.GROUP_JOIN, consumer.events.HEARTBEAT])
      consumer.on(event, () => {
        this.#heardMs = performance.now();
      });
    consumer.on(consumer.events.CRASH, ({ payload }) => this.#startAgain(consumer, payload.error));
    this.#consumer = consumer;
    this.#commits = commits;
    await ensure();
    if (this.#closed) return;
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => handling.take(payload),
    });
    // The subscription may have been closed meanwhile.
    if (this.#closed) await consumer.disconnect();
  }

  /** Disconnects after the last commit, because kafkajs 2.2.4 reconnects a stopped consumer to retry a commit. */
  async #leave(crashed: Consumer): Promise<void> {
    this.#commits?.forget();
    await this.#commits?.close();
    await crashed.disconnect().catch(() => {});
  }

  #startAgain(crashed: Consumer, error: Error): void {
    if (this.#closed || this.#consumer !== crashed) return;
    this.#reading.failed(error);
    this.#consumer = null;
    void this.#leave(crashed);
    setTimeout(() => {
      if (this.#closed) return;
      this.#connect(this.#options.ensure).catch((failure: Error) => {
        if (this.#consumer !== null) this.#startAgain(this.#consumer, failure);
      });
    }, RESTART_DELAY_MS);
  }
}
