/**
 * Finds events that Kafka has lost and that no later event of the same customer reveals as missing. The sweeper
 * compares the released versions of each customer's streams with the heads at their owners. For a customer that is
 * behind, it takes in only the last event, as if Kafka had delivered it; the fetcher then finds and pulls the earlier
 * missing versions. One process sweeps, by a lease. Two processes that sweep at once for a moment do no harm, because
 * an event is released only once however often it is taken in.
 */
import { STREAMS, type Stream, type StreamEvent, topicOf } from '@mo/contracts';
import {
  DueSweeps,
  type Groups,
  type HeadsPage,
  type HttpPeers,
  type Lease,
  PULLS_AT_ONCE_MAX,
  Sweep,
} from '@mo/messaging';
import { type Clock, type Logger, Rounds, slices } from '@mo/service-kit';
import { CUSTOMERS_AT_ONCE_MAX } from './fetcher.ts';
import { isRefusal, takeHalves } from './in-parts.ts';
import type { Intake } from './intake.ts';

/**
 * Duration of the lease. It is longer than that of a relay, because another holder begins with the heads of all
 * customers, and a sweep that comes seconds late does no harm.
 */
export const SWEEP_LEASE_MS = 5_000;
const LEASE_RENEWAL_MS = 1_000;
const CHECK_INTERVAL_MS = 1_000;
/** If more messages of a topic are unread, versions that were not released are late rather than lost. */
export const UNREAD_MAX = 5_000;
/** Younger events are probably still on their way through Kafka; the next sweep checks them again. */
export const UNDER_WAY_MS = 10_000;

export interface SweeperOptions {
  readonly intake: Pick<Intake, 'notReleased' | 'take' | 'begunAtMs'>;
  readonly peers: Pick<HttpPeers, 'heads' | 'pull'>;
  readonly lease: Pick<Lease, 'hold' | 'release'>;
  readonly groups: Pick<Groups, 'progress'>;
  /** The consumer group of the intake. */
  readonly group: string;
  readonly topicPrefix: string;
  /** Called with the number of events that were taken in because Kafka had not delivered them. */
  readonly onSwept: (stream: Stream, events: number) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A stream with its sweep. */
interface Swept {
  readonly stream: Stream;
  readonly sweep: Sweep;
}

export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #rounds: Rounds;
  readonly #dueSweeps: DueSweeps<Swept>;
  #isLeader = false;
  #begunAtMs = 0;

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#rounds = new Rounds(options.clock, options.logger);
    this.#dueSweeps = new DueSweeps({
      swept: STREAMS.map((stream) => ({ stream, sweep: this.#sweepOf(stream) })),
      sweep: (one) => this.#sweep(one),
      isLeader: () => this.#isLeader,
      clock: options.clock,
      signal: this.#rounds.signal,
    });
  }

  start(): void {
    this.#rounds.every(LEASE_RENEWAL_MS, 'the lease of the sweep could not be renewed yet', () => this.lead());
    this.#rounds.every(CHECK_INTERVAL_MS, 'the sweep failed and will be retried', () => this.round(), {
      needsPeers: true,
    });
  }

  /** Ends the current sweep and releases the lease to another process. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
    if (this.#isLeader) await this.#options.lease.release();
    this.#isLeader = false;
  }

  /** Renews the lease, or acquires it if no other process holds it. */
  async lead(): Promise<void> {
    try {
      this.#isLeader = (await this.#options.lease.hold()) !== null;
    } catch (error) {
      this.#isLeader = false;
      throw error;
    }
  }

  /**
   * Sweeps the streams that are due, independently: an owner that is down doesn't prevent the sweeps of the others.
   *
   * @returns as {@link DueSweeps.round}
   * @throws the first failure, after all streams have been tried
   */
  round(): Promise<boolean> {
    return this.#dueSweeps.round();
  }

  /** A skipped or failed sweep is covered by the next one, which looks back to the last complete sweep. */
  async #sweep({ stream, sweep }: Swept): Promise<void> {
    const { intake, clock } = this.#options;
    if ((await this.#unread(stream)) > UNREAD_MAX) return;
    this.#begunAtMs = await intake.begunAtMs();
    await sweep.through(clock.now());
  }

  /** Messages of a stream that the group has not taken in yet. In a recreated topic the group may seem to be ahead. */
  async #unread(stream: Stream): Promise<number> {
    const { groups, group, topicPrefix } = this.#options;
    const topic = topicOf(topicPrefix, stream);
    const partitions = (await groups.progress(group, [topic])).get(topic) ?? [];
    return partitions.reduce((sum, { committed, end }) => sum + Math.max(0, Number(end - committed)), 0);
  }

  #sweepOf(stream: Stream): Sweep {
    const { peers, clock } = this.#options;
    const heads: ConstructorParameters<typeof Sweep>[0] = (span, after) => peers.heads(stream, span, after, true);
    return new Sweep(heads, (found) => this.#look(stream, found), clock, this.#rounds.signal);
  }

  /**
   * Customers whose last event can't be lost are left out before anything is pulled: a database that is younger than
   * its owners' journals has millions of them. Owners of an earlier version don't send the times of heads.
   */
  async #look(stream: Stream, heads: HeadsPage['heads']): Promise<void> {
    const eligible = heads.filter(([, , atMs]) => atMs === undefined || this.#isLost(atMs));
    for (const some of slices(await this.#options.intake.notReleased(stream, eligible), PULLS_AT_ONCE_MAX)) {
      const pulled = await Promise.all(some.map(([customerId, version]) => this.#pull(stream, customerId, version)));
      for (const events of slices(pulled.flat(), CUSTOMERS_AT_ONCE_MAX)) {
        this.#rounds.signal.throwIfAborted();
        await this.#take(stream, events);
      }
    }
  }

  /** The event of this version if it is lost; empty if it can't be understood. */
  async #pull(stream: Stream, customerId: number, version: number): Promise<StreamEvent[]> {
    const { events } = await this.#options.peers.pull(stream, { customerId }, version - 1);
    return events.slice(0, 1).filter(({ time }) => this.#isLost(Date.parse(time)));
  }

  /** Events older than this database are not delivered, and recent ones are still on their way. */
  #isLost(atMs: number): boolean {
    return atMs >= this.#begunAtMs && Math.abs(this.#options.clock.now() - atMs) >= UNDER_WAY_MS;
  }

  /** An event that can't be stored doesn't prevent the others from being taken in. */
  async #take(stream: Stream, events: readonly StreamEvent[]): Promise<void> {
    const { intake, onSwept, logger } = this.#options;
    if (events.length === 0) return;
    const all = async (some: readonly StreamEvent[]) => {
      await intake.take(some);
      onSwept(stream, some.length);
    };
    const one = (event: StreamEvent) =>
      all([event]).catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
        const { customer_id: customerId, version } = event;
        logger.warn({ err: error, stream, customerId, version }, 'an event that cannot be stored is skipped');
      });
    await all(events).catch(() => takeHalves(events, { all, one, signal: this.#rounds.signal }));
  }
}
