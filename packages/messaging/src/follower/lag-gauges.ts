/**
 * Tells how far the service is behind what it follows. One process asks, that which relays, and tells; the others tell zeros,
 * so that the largest over a service's processes is right whoever relays.
 */
import { type Stream, topicOf } from '@mo/contracts';
import { type Clock, gaugeOfMany, type Logger, type Registry } from '@mo/service-kit';
import type { Groups } from '../kafka/port.ts';
import { Rounds } from '../rounds.ts';
import { type Lag, LagHistory } from './lag.ts';

const INTERVAL_MS = 10_000;

export interface LagGaugesOptions {
  /** The consumer group. */
  readonly group: string;
  readonly follows: readonly Stream[];
  readonly topicPrefix: string;
  readonly groups: Pick<Groups, 'progress'>;
  /** Customers of whom events are missing, by stream; none where a stream is left out. */
  readonly countBehind: () => Promise<ReadonlyMap<Stream, number>>;
  /** Whether this process tells for all of the service. */
  readonly isLeader: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

export class LagGauges {
  readonly #options: LagGaugesOptions;
  readonly #rounds: Rounds;
  readonly #history = new LagHistory();
  #lags: ReadonlyMap<Stream, Lag> = new Map();
  #behind: ReadonlyMap<Stream, number> = new Map();

  constructor(options: LagGaugesOptions) {
    const { registry, clock, logger } = options;
    this.#options = options;
    this.#rounds = new Rounds(clock, logger);
    const tell = (name: string, help: string, of: (stream: Stream) => number | undefined) =>
      gaugeOfMany(registry, name, help, ['stream'], (metric) => {
        for (const stream of options.follows) metric.set({ stream }, (options.isLeader() ? of(stream) : 0) ?? 0);
      });
    const lagOn = (stream: Stream) => this.#lags.get(stream);
    tell('mo_follower_lag_events', 'Events on Kafka that have not taken effect', (stream) => lagOn(stream)?.events);
    tell('mo_follower_lag_seconds', 'How long the oldest has waited at least', (stream) => lagOn(stream)?.seconds);
    tell('mo_behind_customers', 'Customers of whom events are missing', (stream) => this.#behind.get(stream));
  }

  start(): void {
    this.#rounds.every(INTERVAL_MS, 'how far it is behind can not be told for now', () => this.#ask());
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #ask(): Promise<void> {
    const { group, follows, topicPrefix, groups, countBehind, isLeader, clock } = this.#options;
    if (!isLeader()) {
      this.#history.clear();
      this.#lags = new Map();
      this.#behind = new Map();
      return;
    }
    // The database first, for Kafka may be away.
    this.#behind = await countBehind();
    const topics = follows.map((stream) => [stream, topicOf(topicPrefix, stream)] as const);
    const found = await groups.progress(
      group,
      topics.map(([, topic]) => topic),
    );
    this.#lags = new Map(
      topics.map(([stream, topic]) => [stream, this.#history.note(topic, found.get(topic) ?? [], clock.now())]),
    );
  }
}
