/**
 * Periodic work of the process that relays: it reports how much waits in the outbox, retries parked entries, and
 * deletes old data. Processes that don't relay report zeros, so that the sum over a service's processes is correct
 * whichever of them relays.
 */
import { type Clock, gauge, type Logger, type Registry, Rounds } from '@mo/service-kit';
import type { Outbox } from '../sql/outbox.ts';
import type { Relay } from './relay.ts';

const GAUGE_INTERVAL_MS = 5_000;
const CHORE_INTERVAL_MS = 60_000;
/** The pause between portions of a chore, so that the database can do other work. */
const PORTION_PAUSE_MS = 100;
const NOTHING = { entries: 0, ageSeconds: 0, parked: 0 };

/** A job that runs once a minute, in portions. */
export interface Chore {
  readonly name: string;
  /** Does one portion. @returns whether there may be more to do */
  readonly work: (nowMs: number) => Promise<boolean>;
}

export interface HousekeepingOptions {
  readonly relay: Pick<Relay, 'holding'>;
  readonly outbox: Pick<Outbox, 'depth' | 'unpark'>;
  /** They run independently: a failure of one doesn't affect the others. */
  readonly chores: readonly Chore[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #rounds: Rounds;
  #depth = NOTHING;
  #unparkedMs = Number.NEGATIVE_INFINITY;

  constructor(options: HousekeepingOptions) {
    const { registry, relay } = options;
    this.#options = options;
    this.#rounds = new Rounds(options.clock, options.logger);
    // A process that has lost the lease reports zeros at once, not its last values.
    const gaugeOf = (name: string, help: string, of: (depth: typeof NOTHING) => number) =>
      gauge(registry, name, help, [], () => of(relay.holding ? this.#depth : NOTHING));
    gaugeOf('mo_outbox_entries', 'Events that wait for the relay', ({ entries }) => entries);
    gaugeOf(
      'mo_outbox_age_seconds',
      'Age of the oldest event that waits for the relay',
      ({ ageSeconds }) => ageSeconds,
    );
    gaugeOf('mo_outbox_parked', 'Events that Kafka refuses', ({ parked }) => parked);
    const help = "Whether this process is the service's relay, of which there is one";
    gauge(registry, 'mo_relay_holding', help, [], () => (relay.holding ? 1 : 0));
  }

  start(): void {
    this.#rounds.every(GAUGE_INTERVAL_MS, 'the outbox could not be queried and will be queried again', () =>
      this.#look(),
    );
    for (const chore of this.#options.chores) this.#keepDoing(chore);
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #look(): Promise<boolean> {
    const { relay, outbox, clock } = this.#options;
    if (!relay.holding) {
      // Values from before this process lost the lease are obsolete.
      this.#depth = NOTHING;
      return false;
    }
    this.#depth = await outbox.depth();
    if (this.#depth.parked === 0 || clock.elapsed() - this.#unparkedMs < CHORE_INTERVAL_MS) return true;
    this.#unparkedMs = clock.elapsed();
    await outbox.unpark();
    return true;
  }

  #keepDoing({ name, work }: Chore): void {
    const { relay, clock } = this.#options;
    let begunMs = Number.NEGATIVE_INFINITY;
    this.#rounds.every(GAUGE_INTERVAL_MS, `${name}: housekeeping failed and will be retried`, async () => {
      if (!relay.holding || clock.elapsed() - begunMs < CHORE_INTERVAL_MS) return false;
      begunMs = clock.elapsed();
      const nowMs = clock.now();
      while (relay.holding && !this.#rounds.signal.aborted && (await work(nowMs)))
        await clock.sleep(PORTION_PAUSE_MS, this.#rounds.signal);
      return true;
    });
  }
}
