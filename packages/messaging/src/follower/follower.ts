/**
 * The follower takes what Kafka pushes to the write path. Offsets are committed after the database has it. A gap or an early
 * event is written down with its customer, and the consumer goes on: one customer's trouble never holds up a partition. An
 * event that can't be understood goes to the dead-letter topic, and its customer alone waits.
 */
import { STREAMS, type Stream, type StreamEvent } from '@mo/contracts';
import type { Clock, Logger } from '@mo/service-kit';
import { deadLetterTopicOf, fromMessage, topicOf } from '../kafka/cloud-events.ts';
import type { IncomingMessage, Kafka, Producer, Subscription } from '../kafka/port.ts';
import type { Followed } from '../protocol/write-path.ts';

/** Events that one item of the write path holds. */
const EVENTS_PER_ITEM_MAX = 256;
const CONNECT_RETRY_MS = 500;
/** A first start makes topics in several processes at once: only what goes on for longer is worth a warning. */
const QUIET_ATTEMPTS = 10;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 2_000;

export interface FollowerOptions {
  own: Stream;
  follows: readonly Stream[];
  topicPrefix: string;
  partitions: number;
  kafka: Kafka;
  clock: Clock;
  logger: Logger;
  follow: (events: readonly StreamEvent[]) => Promise<Followed>;
  /** Told of each event that arrived: its stream, and what became of it. */
  onEvent: (stream: Stream, what: string) => void;
  /** Told of a customer one of whose events can't be understood. */
  onQuarantine: (stream: Stream) => void;
}

export class Follower {
  readonly #options: FollowerOptions;
  readonly #stopping = new AbortController();
  #subscription: Subscription | null = null;
  #deadLetters: Producer | null = null;
  #connecting: Promise<void> = Promise.resolve();

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Begins in the background: the service works without Kafka, and joins when it is there. */
  start(): void {
    this.#connecting = this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#connecting;
    await this.#subscription?.close();
    await this.#deadLetters?.close();
  }

  async #connect(): Promise<void> {
    const { kafka, own, follows, topicPrefix, partitions, clock, logger } = this.#options;
    const followed = follows.map((stream) => topicOf(topicPrefix, stream));
    const topics = [...followed, ...followed.map(deadLetterTopicOf), topicOf(topicPrefix, own)];
    for (let attempt = 1; !this.#stopping.signal.aborted; attempt += 1) {
      try {
        await kafka.ensureTopics(topics, partitions);
        this.#subscription = await kafka.subscribe(`${topicPrefix}.${own}`, followed, (messages) =>
          this.#handle(messages),
        );
        return;
      } catch (error) {
        if (attempt === QUIET_ATTEMPTS) logger.warn({ err: error }, 'Kafka can not be reached yet; trying again');
        await clock.sleep(CONNECT_RETRY_MS, this.#stopping.signal);
      }
    }
  }

  async #handle(messages: IncomingMessage[]): Promise<void> {
    const events: StreamEvent[] = [];
    for (const message of messages) {
      const stream = this.#streamOf(message.topic);
      const event = fromMessage(stream, message);
      if (typeof event === 'string') await this.#quarantine(stream, message, event);
      else events.push(event);
    }
    for (let start = 0; start < events.length; start += EVENTS_PER_ITEM_MAX) {
      await this.#follow(events.slice(start, start + EVENTS_PER_ITEM_MAX));
    }
  }

  /** Applies events; where the database can't take them, waits and tries again, for nothing may be skipped. */
  async #follow(events: StreamEvent[]): Promise<void> {
    const { follow, clock, logger, onEvent } = this.#options;
    for (let delayMs = RETRY_MIN_MS; ; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
      try {
        const { outcomes } = await follow(events);
        events.forEach((event, place) => {
          onEvent(event.stream, outcomes[place] ?? 'apply');
        });
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) throw error;
        logger.warn({ err: error }, 'followed events could not be applied yet; trying again');
        await clock.sleep(delayMs, this.#stopping.signal);
      }
    }
  }

  async #quarantine(stream: Stream, message: IncomingMessage, reason: string): Promise<void> {
    const { kafka, logger, onEvent, onQuarantine } = this.#options;
    const { topic, partition, offset, key, value, headers } = message;
    this.#deadLetters ??= await kafka.producer();
    const origin = {
      mo_reason: reason.slice(0, 1_000),
      mo_source_topic: topic,
      mo_source_partition: String(partition),
      mo_source_offset: offset,
    };
    await this.#deadLetters.send(deadLetterTopicOf(topic), [
      { key: key ?? '', value: value ?? '', headers: { ...headers, ...origin } },
    ]);
    logger.error(
      { topic, partition, offset, reason },
      'an event that can not be understood went to the dead-letter topic',
    );
    onEvent(stream, 'quarantined');
    onQuarantine(stream);
  }

  #streamOf(topic: string): Stream {
    const stream = STREAMS.find((candidate) => topicOf(this.#options.topicPrefix, candidate) === topic);
    if (stream === undefined) throw new Error(`${topic} is not a topic that is followed`);
    return stream;
  }
}
