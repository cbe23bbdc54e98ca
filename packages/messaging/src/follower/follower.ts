/**
 * The follower passes events from Kafka to the write path. Offsets are committed after the database has committed the
 * events. A gap or an early event is recorded with its customer and the consumer continues, so one customer's problem
 * never blocks a partition.
 *
 * An event that can't be understood, or whose effect throws, is stored in the quarantine, then sent to the dead-letter
 * topic; only then is its offset committed. So nothing is skipped while Kafka can't accept the letter, and a crash in
 * between at worst sends the letter twice. The follower also reads the dead-letter topics, to learn how letters were
 * settled. It does so in a separate group that fetches seldom, because the cost of a fetch grows with the number of
 * partitions.
 */
import { deadLetterTopicOf, type Stream, type StreamEvent, topicOf } from '@mo/contracts';
import { type Clock, type Logger, slices } from '@mo/service-kit';
import { fromMessage, identityOf } from '../kafka/cloud-events.ts';
import type { IncomingMessage, Kafka, Subscription } from '../kafka/port.ts';
import { quarantinedBy } from '../protocol/batch.ts';
import type { Followed } from '../protocol/batch-runner.ts';
import { type Quarantined, reasonText, type SettledLetter } from '../protocol/quarantine.ts';
import { type DeadLetter, DeadLetters, settledLetter } from './dead-letters.ts';
import { Insistence, insist, joinKafka } from './insist.ts';

/** The most events in one item of the write path. */
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
  /** Stores events that can't take effect, and marks their customers as waiting. */
  quarantine: (items: readonly Quarantined[]) => Promise<unknown>;
  /** Closes the quarantine entries of settled letters. */
  settle: (letters: readonly SettledLetter[]) => Promise<void>;
  /** Called for each event that arrived, with its stream and its outcome. */
  onEvent: (stream: Stream, what: string) => void;
}

/** A message and its quarantine entry. */
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
    this.#insistence = new Insistence(options.clock, options.logger, this.#stopping.signal);
    this.group = `${options.topicPrefix}.${options.own}`;
    this.#followed = options.follows.map((stream) => topicOf(options.topicPrefix, stream));
    this.#deadLetters = new DeadLetters(
      options.kafka,
      this.group,
      () => this.#ensureTopics(),
      options.clock,
      options.logger,
    );
  }

  /** Whether it is a member of each of its groups: the one for events, and the one for settled letters. */
  get isConnected(): { readonly events: boolean; readonly letters: boolean } {
    return { events: this.#events?.isConnected ?? false, letters: this.#letters?.isConnected ?? false };
  }

  /** Starts in the background: the service works without Kafka, and joins as soon as Kafka is reachable. */
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

  /** Ensures all topics of the service, because any of them may have been deleted. */
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
    if (unfit.length > 0) await this.#quarantine(unfit);
  }

  async #settle(messages: IncomingMessage[]): Promise<void> {
    const settled = messages.map(settledLetter).filter((letter) => letter !== null);
    for (const some of slices(settled, EVENTS_PER_ITEM_MAX))
      await this.#insist('settled letters', () => this.#options.settle(some));
  }

  /** Applies events; returns those that could not take effect. */
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

  async #quarantine(unfit: readonly Unfit[]): Promise<void> {
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
