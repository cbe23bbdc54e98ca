/**
 * The follower takes what Kafka pushes to the write path. Offsets are committed after the database has it. A gap or an early
 * event is written down with its customer, and the consumer goes on: one customer's trouble never holds up a partition.
 *
 * An event that can't be understood, or whose effect throws, is written down in the quarantine, then sent to the
 * dead-letter topic, and only then are its offsets committed: while Kafka can't take it nothing is skipped, and a crash on
 * the way at most sends the letter twice. The follower reads the dead-letter topics too, for what became of letters: as
 * a group of its own, which asks seldom, for each fetch costs by the number of partitions.
 */
import { deadLetterTopicOf, type Stream, type StreamEvent, topicOf } from '@mo/contracts';
import type { Clock, Logger } from '@mo/service-kit';
import { fromMessage, identityOf } from '../kafka/cloud-events.ts';
import type { IncomingMessage, Kafka, Subscription } from '../kafka/port.ts';
import { quarantinedBy } from '../protocol/batch.ts';
import type { Followed } from '../protocol/batch-runner.ts';
import { type Quarantined, reasonText, type SettledLetter } from '../protocol/quarantine.ts';
import { slices } from '../slices.ts';
import { type DeadLetter, DeadLetters, settledLetter } from './dead-letters.ts';
import { type Insistence, insist, joinKafka } from './insist.ts';

/** Events that one item of the write path holds. */
const EVENTS_PER_ITEM_MAX = 256;

export interface FollowerOptions {
  own: Stream;
  follows: readonly Stream[];
  topicPrefix: string;
  partitions: number;
  kafka: Kafka;
  clock: Clock;
  logger: Logger;
  follow: (events: readonly StreamEvent[]) => Promise<Followed>;
  /** Writes down what can't take effect, and that its customers wait. */
  quarantine: (items: readonly Quarantined[]) => Promise<unknown>;
  /** Ends what was written down of letters that are settled. */
  settle: (letters: readonly SettledLetter[]) => Promise<void>;
  /** Told of each event that arrived: its stream, and what became of it. */
  onEvent: (stream: Stream, what: string) => void;
}

/** A message with what is put aside of it. */
interface Unfit extends DeadLetter {
  readonly quarantined: Quarantined;
}

interface Understood {
  readonly message: IncomingMessage;
  readonly event: StreamEvent;
}

export class Follower {
  /** Its consumer group. */
  readonly group: string;
  /** The topics of the streams that it follows. */
  readonly #followed: readonly string[];
  readonly #options: FollowerOptions;
  readonly #stopping = new AbortController();
  readonly #insistence: Insistence;
  readonly #deadLetters: DeadLetters;
  #events: Subscription | null = null;
  #letters: Subscription | null = null;
  #connecting: Promise<void> = Promise.resolve();

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#insistence = { clock: options.clock, logger: options.logger, signal: this.#stopping.signal };
    this.group = `${options.topicPrefix}.${options.own}`;
    this.#followed = options.follows.map((stream) => topicOf(options.topicPrefix, stream));
    this.#deadLetters = new DeadLetters(options.kafka, this.group, () => this.#ensureTopics(), options.logger);
  }

  /** Whether it is a member of its groups: of that for events, and of that for what became of letters. */
  get isConnected(): { readonly events: boolean; readonly letters: boolean } {
    return { events: this.#events?.isConnected ?? false, letters: this.#letters?.isConnected ?? false };
  }

  /** Begins in the background: the service works without Kafka, and joins when it is there. */
  start(): void {
    this.#connecting = joinKafka(() => this.#join(), this.#insistence);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#connecting;
    await Promise.all([this.#events?.close(), this.#letters?.close()]);
    await this.#deadLetters.close();
  }

  async #join(): Promise<void> {
    const { kafka } = this.#options;
    const ensure = () => this.#ensureTopics();
    await ensure();
    const handle = (messages: IncomingMessage[]) => this.#handle(messages);
    this.#events ??= await kafka.subscribe(this.group, this.#followed, handle, 'prompt', ensure);
    const settle = (messages: IncomingMessage[]) => this.#settle(messages);
    const letters = this.#followed.map(deadLetterTopicOf);
    this.#letters ??= await kafka.subscribe(`${this.group}.letters`, letters, settle, 'seldom', ensure);
  }

  /** All of a service's topics, because any of them may have been deleted. */
  #ensureTopics(): Promise<void> {
    const { kafka, own, topicPrefix, partitions } = this.#options;
    const letters = this.#followed.map(deadLetterTopicOf);
    return kafka.ensureTopics([...this.#followed, ...letters, topicOf(topicPrefix, own)], partitions);
  }

  async #handle(messages: IncomingMessage[]): Promise<void> {
    for (const some of slices(messages, EVENTS_PER_ITEM_MAX)) await this.#take(some);
  }

  async #take(messages: readonly IncomingMessage[]): Promise<void> {
    const understood: Understood[] = [];
    const unfit: Unfit[] = [];
    for (const message of messages) {
      const stream = this.#streamOf(message.topic);
      const event = fromMessage(stream, message);
      if (typeof event !== 'string') understood.push({ message, event });
      else unfit.push(this.#notUnderstood(stream, message, event));
    }
    if (understood.length > 0) unfit.push(...(await this.#follow(understood)));
    if (unfit.length > 0) await this.#putAside(unfit);
  }

  async #settle(messages: IncomingMessage[]): Promise<void> {
    const settled = messages.map(settledLetter).filter((letter) => letter !== null);
    for (const some of slices(settled, EVENTS_PER_ITEM_MAX))
      await this.#insist('settled letters', () => this.#options.settle(some));
  }

  /** Applies events; answers with those that could not take effect. */
  async #follow(understood: readonly Understood[]): Promise<Unfit[]> {
    const { follow, onEvent } = this.#options;
    const { outcomes, faults } = await this.#insist('events', () => follow(understood.map(({ event }) => event)));
    understood.forEach(({ event }, place) => {
      onEvent(event.stream, outcomes[place] ?? 'apply');
    });
    return faults.flatMap((fault) => {
      const message = understood.find(({ event }) => event === fault.event)?.message;
      if (message === undefined) return [];
      const quarantined = { ...quarantinedBy(fault), source: message };
      return [{ message, quarantined, reason: quarantined.reason }];
    });
  }

  #notUnderstood(stream: Stream, message: IncomingMessage, fault: string): Unfit {
    const reason = reasonText(fault);
    this.#options.onEvent(stream, 'quarantined');
    return { message, reason, quarantined: { stream, ...identityOf(message), reason, source: message } };
  }

  async #putAside(unfit: readonly Unfit[]): Promise<void> {
    const { quarantine } = this.#options;
    await this.#insist('events for the quarantine', () => quarantine(unfit.map(({ quarantined }) => quarantined)));
    await this.#insist('dead letters', () => this.#deadLetters.send(unfit));
  }

  #insist<T>(what: string, work: () => Promise<T>): Promise<T> {
    return insist(what, work, this.#insistence);
  }

  #streamOf(topic: string): Stream {
    const { follows, topicPrefix } = this.#options;
    const stream = follows.find((candidate) => topicOf(topicPrefix, candidate) === topic);
    if (stream === undefined) throw new Error(`${topic} is not followed`);
    return stream;
  }
}
