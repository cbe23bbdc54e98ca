/**
 * Fetches the causes that events wait for. If Kafka has not delivered a missing version after a while, the fetcher
 * pulls it from the service that owns the stream and takes it in like any other event. While an owner is unreachable,
 * the events that depend on it keep waiting.
 */
import { STREAMS, type Stream, type StreamEvent } from '@mo/contracts';
import type { Peers } from '@mo/messaging';
import { type Clock, type Logger, RetryLog, Rounds, slices } from '@mo/service-kit';
import { EVENTS_AT_ONCE_MAX, type Intake, type Waiting } from './intake.ts';
import { type Absence, type Absences, isOverdue, missingOf } from './order.ts';
import type { Range, Ranges } from './ranges.ts';

/** How long Kafka has to deliver a missing version before it is pulled. */
export const PUSH_MS_MAX = 2_000;
const INTERVAL_MS = 1_000;
/** Customers per round. */
const CUSTOMERS_MAX = 1_000;
/** Customers per transaction, and per pull of each stream. */
export const CUSTOMERS_AT_ONCE_MAX = 32;
/** Passes per round: a pulled event may itself wait for another one, which the next pass pulls. */
const PASSES_MAX = 16;

export interface FetcherOptions {
  readonly intake: Pick<Intake, 'waiting' | 'read' | 'take' | 'begunAtMs'>;
  readonly peers: Pick<Peers, 'pull'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Fetched {
  readonly customerId: number;
  readonly stream: Stream;
  readonly events: readonly StreamEvent[];
  readonly absence: Absence | null;
}

export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #rounds: Rounds;
  #scannedTo = 0;
  #begunAtMs: number | null = null;
  readonly #owners: Readonly<Record<Stream, RetryLog>>;
  readonly #customers: RetryLog;
  /** What has failed since the first of all waiting customers. */
  readonly #failed = new Set<RetryLog>();
  /** Owners that were unreachable in this round. */
  #unreachable = new Set<Stream>();

  constructor(options: FetcherOptions) {
    this.#options = options;
    const { clock, logger } = options;
    this.#rounds = new Rounds(clock, logger);
    this.#customers = new RetryLog(clock, logger, 'missing events of a customer could not be fetched');
    const logOf = (stream: Stream) =>
      new RetryLog(clock, logger.child({ stream }), 'the owner of a stream cannot be queried; later events wait');
    this.#owners = { customers: logOf('customers'), loans: logOf('loans'), payments: logOf('payments') };
  }

  start(): void {
    this.#rounds.every(INTERVAL_MS, 'missing events could not be fetched and will be fetched again', () =>
      this.round(),
    );
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Fetches for up to CUSTOMERS_MAX customers; the next round continues after the last of them. */
  async round(): Promise<void> {
    const { intake } = this.#options;
    this.#begunAtMs ??= await intake.begunAtMs();
    this.#unreachable = new Set();
    const customerIds = await intake.waiting(PUSH_MS_MAX, this.#scannedTo, CUSTOMERS_MAX);
    for (const some of slices(customerIds, CUSTOMERS_AT_ONCE_MAX)) {
      if (this.#rounds.signal.aborted) return;
      await this.#fetch(some).catch(() => this.#fetchEach(some));
    }
    this.#scannedTo = customerIds.length < CUSTOMERS_MAX ? 0 : (customerIds.at(-1) ?? 0);
    if (this.#scannedTo === 0) this.#noteSuccesses();
  }

  /** Fetches for each customer separately, so that a failure for one doesn't affect the others. */
  async #fetchEach(customerIds: readonly number[]): Promise<void> {
    for (const customerId of customerIds) {
      if (this.#rounds.signal.aborted) return;
      await this.#fetch([customerId]).catch((error: unknown) => {
        this.#failed.add(this.#customers);
        this.#customers.failed(error, 'warn', { customerId });
      });
    }
  }

  async #fetch(customerIds: readonly number[]): Promise<void> {
    const { intake } = this.#options;
    let left = customerIds;
    for (let pass = 0; pass < PASSES_MAX && left.length > 0 && !this.#rounds.signal.aborted; pass += 1) {
      const waiting = await intake.read(left);
      const fetched = (await Promise.all(waiting.map((each) => this.#pullAll(each)))).flat();
      const events = fetched.flatMap((each) => each.events);
      const overdue = new Set(
        waiting.filter((each) => each.events.some(isOverdue)).map(({ customerId }) => customerId),
      );
      const absences = new Map<number, Absences>();
      for (const { customerId, stream, absence } of fetched)
        if (absence !== null && overdue.has(customerId))
          absences.set(customerId, { ...absences.get(customerId), [stream]: absence });
      for (const some of slices(events, EVENTS_AT_ONCE_MAX)) await intake.take(some);
      if (absences.size > 0) await intake.take([], absences);
      left = [...new Set(events.map(({ customer_id }) => customer_id))].sort((a, b) => a - b);
    }
  }

  async #pullAll(waiting: Waiting): Promise<Fetched[]> {
    const missing = missingOf(waiting, waiting.events);
    const pulls = STREAMS.filter((stream) => missing[stream].length > 0 && !this.#unreachable.has(stream)).map(
      (stream) =>
        this.#pull(waiting, stream, missing[stream]).catch((error: unknown) => {
          this.#noteUnreachable(stream, error);
          return null;
        }),
    );
    return (await Promise.all(pulls)).filter((fetched) => fetched !== null);
  }

  async #pull({ customerId, versions }: Waiting, stream: Stream, missing: Ranges): Promise<Fetched> {
    const [[first, last]] = missing as [Range];
    const needed = missing.at(-1)?.[1] ?? last;
    const fetched = (events: readonly StreamEvent[], absence: Absence | null) => ({
      customerId,
      stream,
      events: events.filter(({ version }) => version <= needed),
      absence,
    });
    const pull = (after: number) => this.#options.peers.pull(stream, { customerId }, after);
    const isFresh = versions[stream] === 0;
    // If no version was released yet, events older than this database may be gone from the topic, and no receiver
    // expects them.
    if (isFresh && (await pull(last - 1)).events.slice(0, 1).some((event) => this.#isBefore(event)))
      return fetched([], { versions: [first, last], why: 'before' });
    const { head, events, quarantined } = await pull(first - 1);
    const before = isFresh ? events.findLastIndex((event) => this.#isBefore(event)) + 1 : 0;
    if (before > 0) return fetched(events.slice(before), { versions: [first, first + before - 1], why: 'before' });
    if (quarantined !== undefined)
      return fetched(events, { versions: [quarantined.version, quarantined.version], why: 'unfit' });
    return fetched(events, head < needed ? { versions: [head + 1, needed], why: 'ended' } : null);
  }

  #isBefore({ time }: StreamEvent): boolean {
    return Date.parse(time) < (this.#begunAtMs ?? 0);
  }

  #noteUnreachable(stream: Stream, error: unknown): void {
    if (this.#unreachable.has(stream)) return;
    this.#unreachable.add(stream);
    this.#failed.add(this.#owners[stream]);
    this.#owners[stream].failed(error);
  }

  /** Called after all waiting customers: what has failed for none of them fails no more. */
  #noteSuccesses(): void {
    for (const log of [this.#customers, ...Object.values(this.#owners)]) if (!this.#failed.has(log)) log.succeeded();
    this.#failed.clear();
  }
}
