/**
 * Gauges of how far the service is behind the streams that it follows. Only the relaying process measures the lag; the
 * others report zeros, so the maximum over a service's processes is right whichever of them relays. A lag that can't be
 * measured is left out, because the previous value may be wrong by now.
 */
import { type Stream, topicOf } from '@mo/contracts';
import { type Clock, gaugeOfMany, type Logger, type Registry, Rounds } from '@mo/service-kit';
import type { Groups } from '../kafka/port.ts';
import { type Lag, LagHistory } from './lag.ts';

const INTERVAL_MS = 10_000;
const FAILURE = 'the lag could not be measured and will be measured again';
const NONE: ReadonlyMap<Stream, never> = new Map<Stream, never>();

export interface LagGaugesOptions {
  /** The consumer group. */
  readonly group: string;
  readonly follows: readonly Stream[];
  readonly topicPrefix: string;
  readonly groups: Pick<Groups, 'progress'>;
  /** The number of customers with missing events, by stream; a stream that is left out has none. */
  readonly countBehind: () => Promise<ReadonlyMap<Stream, number>>;
  /** Whether this process reports for the whole service. */
  readonly isLeader: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

export class LagGauges {
  readonly #options: LagGaugesOptions;
  readonly #rounds: Rounds;
  readonly #history = new LagHistory();
  /** Null while unknown; so is `#behind`. */
  #lags: ReadonlyMap<Stream, Lag> | null = NONE;
  #behind: ReadonlyMap<Stream, number> | null = NONE;

  constructor(options: LagGaugesOptions) {
    const { registry, clock, logger } = options;
    this.#options = options;
    this.#rounds = new Rounds(clock, logger);
    const gaugeOf = (name: string, help: string, of: (stream: Stream) => number | null) =>
      gaugeOfMany(registry, name, help, ['stream'], (metric) => {
        for (const stream of options.follows) {
          const value = options.isLeader() ? of(stream) : 0;
          if (value === null) metric.remove({ stream });
          else metric.set({ stream }, value);
        }
      });
    const lagOn = (stream: Stream, of: keyof Lag) => (this.#lags === null ? null : (this.#lags.get(stream)?.[of] ?? 0));
    gaugeOf('mo_follower_lag_events', 'Events on Kafka that have not taken effect', (stream) =>
      lagOn(stream, 'events'),
    );
    gaugeOf(
      'mo_follower_lag_seconds',
      'Lower bound of the waiting time of the oldest event that has not taken effect',
      (stream) => lagOn(stream, 'seconds'),
    );
    const behind = (stream: Stream) => (this.#behind === null ? null : (this.#behind.get(stream) ?? 0));
    gaugeOf('mo_behind_customers', 'Customers with missing events', behind);
  }

  start(): void {
    this.#rounds.every(INTERVAL_MS, FAILURE, () => this.#ask(), { needsPeers: true });
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #ask(): Promise<boolean> {
    if (!this.#options.isLeader()) {
      this.#history.clear();
      this.#lags = NONE;
      this.#behind = NONE;
      return false;
    }
    // Independently, because either the database or Kafka may be unreachable.
    const [behind, lags] = await Promise.allSettled([this.#options.countBehind(), this.#askLags()]);
    this.#behind = behind.status === 'fulfilled' ? behind.value : null;
    this.#lags = lags.status === 'fulfilled' ? lags.value : null;
    for (const asked of [behind, lags]) if (asked.status === 'rejected') throw asked.reason;
    return true;
  }

  async #askLags(): Promise<ReadonlyMap<Stream, Lag>> {
    const { group, follows, topicPrefix, groups, clock } = this.#options;
    const topics = follows.map((stream) => [stream, topicOf(topicPrefix, stream)] as const);
    const found = await groups.progress(
      group,
      topics.map(([, topic]) => topic),
    );
    return new Map(
      topics.map(([stream, topic]) => [stream, this.#history.note(topic, found.get(topic) ?? [], clock.elapsed())]),
    );
  }
}
