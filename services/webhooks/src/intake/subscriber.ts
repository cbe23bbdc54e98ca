/**
 * Consumes the three topics like any other subscriber. An event that can't be understood or stored is skipped and
 * counted: the services that own the streams quarantine it, and send it again once it is fixed.
 */
import { STREAMS, type Stream, TOPIC_PARTITIONS, topicOf } from '@mo/contracts';
import {
  type IncomingMessage,
  Insistence,
  insist,
  joinKafka,
  type Kafka,
  type Subscription,
  wholeFromMessage,
} from '@mo/messaging';
import { BatchQueue, type Clock, type Logger, slices } from '@mo/service-kit';
import { isRefusal, takeHalves } from './in-parts.ts';
import { EVENTS_AT_ONCE_MAX } from './intake.ts';

/** Limit of queued events. The partitions of a fetch are handled concurrently and together hold no more than this. */
const EVENTS_WAITING_MAX = 100_000;

/** The consumer group shared by all processes of this service. */
export const groupOf = (topicPrefix: string): string => `${topicPrefix}.webhooks`;

type Event = Exclude<ReturnType<typeof wholeFromMessage>, string>;

export interface SubscriberOptions {
  readonly topicPrefix: string;
  readonly kafka: Kafka;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly take: (events: readonly Event[]) => Promise<void>;
  /** Called for each message that can't be understood or stored. */
  readonly onUnfit: (stream: Stream) => void;
}

export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #stopping = new AbortController();
  readonly #insistence: Insistence;
  /** Merges concurrent batches into one transaction. */
  readonly #lane: BatchQueue<readonly Event[], undefined>;
  #subscription: Subscription | null = null;
  #connecting: Promise<void> = Promise.resolve();

  constructor(options: SubscriberOptions) {
    this.#options = options;
    const { clock, logger, take } = options;
    this.#insistence = new Insistence(clock, logger, this.#stopping.signal);
    this.#lane = new BatchQueue({
      run: async (parts) => {
        await take(parts.flat());
        return parts.map(() => undefined);
      },
      weigh: (events) => events.length,
      weightMax: EVENTS_AT_ONCE_MAX,
      queueWeightMax: EVENTS_WAITING_MAX,
    });
  }

  get isConnected(): boolean {
    return this.#subscription?.isConnected ?? false;
  }

  /** Connects in the background: pending deliveries continue while Kafka is down. */
  start(): void {
    this.#connecting = joinKafka(() => this.#join(), this.#insistence);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#connecting;
    await this.#subscription?.close();
  }

  async #join(): Promise<void> {
    const { kafka, topicPrefix } = this.#options;
    const topics = STREAMS.map((stream) => topicOf(topicPrefix, stream));
    const ensure = () => kafka.ensureTopics(topics, TOPIC_PARTITIONS);
    await ensure();
    const take = (messages: IncomingMessage[]) => this.#take(messages);
    this.#subscription = await kafka.subscribe(groupOf(topicPrefix), topics, take, 'relaxed', ensure);
  }

  async #take(messages: readonly IncomingMessage[]): Promise<void> {
    const events = messages.map((message) => this.#read(message)).filter((event) => event !== null);
    for (const some of slices(events, EVENTS_AT_ONCE_MAX))
      await this.#lane.submit(some).catch(() => this.#takeApart(some));
  }

  /** Runs outside the lane, so that events that can't be taken in now don't block other partitions. */
  #takeApart(events: readonly Event[]): Promise<void> {
    return takeHalves(events, {
      all: this.#options.take,
      one: (event) => insist('an event', () => this.#takeOrLeaveOut(event), this.#insistence),
      signal: this.#stopping.signal,
    });
  }

  async #takeOrLeaveOut(event: Event): Promise<void> {
    const { take, logger, onUnfit } = this.#options;
    try {
      await take([event]);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { stream, customer_id: customerId, version } = event;
      logger.warn({ err: error, stream, customerId, version }, 'an event that cannot be stored is skipped');
      onUnfit(stream);
    }
  }

  #read(message: IncomingMessage): Event | null {
    const { topicPrefix, logger, onUnfit } = this.#options;
    const stream = STREAMS.find((candidate) => topicOf(topicPrefix, candidate) === message.topic);
    if (stream === undefined) throw new Error(`${message.topic} is not followed`);
    const event = wholeFromMessage(stream, message);
    if (typeof event !== 'string') return event;
    const { topic, partition, offset } = message;
    logger.warn({ topic, partition, offset, reason: event }, 'an invalid message is skipped');
    onUnfit(stream);
    return null;
  }
}
