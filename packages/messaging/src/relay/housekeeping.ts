/**
 * What the relay's process does now and then: it tells how much waits in the outbox, tries parked entries again, and
 * lets what is old be forgotten. A process that does not relay tells zeros, so that the sum over a service's processes is
 * right whoever relays.
 */
import { type Clock, gauge, type Logger, type Registry } from '@mo/service-kit';
import { Rounds } from '../rounds.ts';
import type { Outbox } from '../sql/outbox.ts';
import type { Relay } from './relay.ts';

const GAUGE_INTERVAL_MS = 5_000;
const TIDY_INTERVAL_MS = 60_000;
const NOTHING = { entries: 0, ageSeconds: 0, parked: 0 };

export interface HousekeepingOptions {
  readonly relay: Pick<Relay, 'holding'>;
  readonly outbox: Pick<Outbox, 'depth' | 'unpark'>;
  /** Forgets what is old, once a minute. */
  readonly tidy: (nowMs: number) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #rounds: Rounds;
  #depth = NOTHING;
  #tidiedMs = 0;

  constructor(options: HousekeepingOptions) {
    const { registry, relay } = options;
    this.#options = options;
    this.#rounds = new Rounds(options.clock, options.logger);
    // Who relays no more tells zeros at once, whatever it found last.
    const tell = (name: string, help: string, of: (depth: typeof NOTHING) => number) =>
      gauge(registry, name, help, [], () => of(relay.holding ? this.#depth : NOTHING));
    tell('mo_outbox_entries', 'Events that wait for the relay', ({ entries }) => entries);
    tell('mo_outbox_age_seconds', 'Age of the oldest event that waits for the relay', ({ ageSeconds }) => ageSeconds);
    tell('mo_outbox_parked', 'Events that Kafka refuses', ({ parked }) => parked);
    const help = "Whether this process is the service's relay: one of a service's processes is";
    gauge(registry, 'mo_relay_holding', help, [], () => (relay.holding ? 1 : 0));
  }

  start(): void {
    this.#rounds.every(GAUGE_INTERVAL_MS, 'housekeeping failed for now', () => this.#work());
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #work(): Promise<void> {
    const { relay, outbox, tidy, clock } = this.#options;
    // What was found by whoever relayed before says nothing any more.
    this.#depth = relay.holding ? await outbox.depth() : NOTHING;
    if (!relay.holding || clock.now() - this.#tidiedMs < TIDY_INTERVAL_MS) return;
    this.#tidiedMs = clock.now();
    if (this.#depth.parked > 0) await outbox.unpark();
    await tidy(this.#tidiedMs);
  }
}
