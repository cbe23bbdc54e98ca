/**
 * Asks owners again for waived versions: an owner may have restored them, or this software version may understand
 * events that the previous one did not. Events found this way are released late.
 */
import { STREAMS, type Stream, type StreamEvent } from '@mo/contracts';
import type { Peers } from '@mo/messaging';
import { type Clock, type Logger, RetryLog, Rounds, slices } from '@mo/service-kit';
import { CUSTOMERS_AT_ONCE_MAX } from './fetcher.ts';
import { EVENTS_AT_ONCE_MAX, type Intake, type StateOf } from './intake.ts';
import type { Range } from './ranges.ts';

/** The first round runs when a process starts, since it may be of a newer version. */
const INTERVAL_MS = 600_000;
const PAGE_CUSTOMERS_MAX = 1_000;
const ENDS_MAX = 10_000;
/** Pages per range and round. */
const PAGES_MAX = 16;

export interface RecallOptions {
  readonly intake: Pick<Intake, 'waived' | 'take' | 'begunAtMs'>;
  readonly peers: Pick<Peers, 'pull'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Recall {
  readonly #options: RecallOptions;
  readonly #rounds: Rounds;
  readonly #storing: RetryLog;
  /** Heads of streams that end before the waived range: a pull beyond the head would raise an alarm at the owner. */
  readonly #ends = new Map<string, number>();
  /** Ranges that consist entirely of events older than this database: each process asks for them only once. */
  readonly #before = new Set<string>();

  constructor(options: RecallOptions) {
    this.#options = options;
    const { clock, logger } = options;
    this.#rounds = new Rounds(clock, logger);
    this.#storing = new RetryLog(clock, logger, 'waived events could not be stored yet');
  }

  start(): void {
    this.#rounds.every(INTERVAL_MS, 'waived events could not be recalled and will be recalled again', () =>
      this.round(),
    );
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Asks for all customers. An owner that is unreachable is not asked again in this round. */
  async round(): Promise<void> {
    const { intake } = this.#options;
    const begunAtMs = await intake.begunAtMs();
    const unreachable = new Set<Stream>();
    const stored: boolean[] = [];
    for (let above = 0, isLast = false; !isLast; ) {
      const customers = await intake.waived(above, PAGE_CUSTOMERS_MAX);
      for (const some of slices(customers, CUSTOMERS_AT_ONCE_MAX)) {
        if (this.#rounds.signal.aborted) return;
        const pulls = some.map((customer) => this.#pullAll(customer, begunAtMs, unreachable));
        const events = (await Promise.all(pulls)).flat();
        for (const part of slices(events, EVENTS_AT_ONCE_MAX)) stored.push(await this.#store(part));
      }
      above = customers.at(-1)?.customerId ?? 0;
      isLast = customers.length < PAGE_CUSTOMERS_MAX;
    }
    if (stored.length > 0 && stored.every(Boolean)) this.#storing.succeeded();
  }

  /** @returns whether the events are stored */
  async #store(events: readonly StreamEvent[]): Promise<boolean> {
    try {
      await this.#options.intake.take(events);
      return true;
    } catch (error) {
      this.#storing.failed(error);
      return false;
    }
  }

  async #pullAll({ customerId, waived }: StateOf, begunAtMs: number, unreachable: Set<Stream>): Promise<StreamEvent[]> {
    const ranges = STREAMS.filter((stream) => !unreachable.has(stream)).flatMap((stream) =>
      (waived[stream] ?? []).map((range) => ({ stream, range })),
    );
    const pulls = ranges.map(({ stream, range }) =>
      this.#pull(customerId, stream, range, begunAtMs).catch((error: unknown) => {
        unreachable.add(stream);
        this.#options.logger.debug({ err: error, stream }, 'waived events could not be pulled yet');
        return [];
      }),
    );
    return (await Promise.all(pulls)).flat();
  }

  /** Pulls the events of a range that now exist and are to be delivered; skips those that still can't be understood. */
  async #pull(customerId: number, stream: Stream, [first, last]: Range, begunAtMs: number): Promise<StreamEvent[]> {
    const key = `${stream}-${customerId}-${first}-${last}`;
    if (this.#before.has(key)) return [];
    const found: StreamEvent[] = [];
    let isUnfit = false;
    let after = Math.min(this.#ends.get(key) ?? first - 1, first - 1);
    for (let page = 0; page < PAGES_MAX && after < last; page += 1) {
      const { head, events, quarantined } = await this.#options.peers.pull(stream, { customerId }, after);
      this.#ends.delete(key);
      if (head < first - 1) {
        if (this.#ends.size < ENDS_MAX) this.#ends.set(key, head);
        return [];
      }
      found.push(...events.filter(({ version }) => first <= version && version <= last));
      isUnfit ||= quarantined !== undefined;
      after = quarantined?.version ?? events.at(-1)?.version ?? last;
    }
    // Events older than this database are not delivered.
    const recent = found.filter(({ time }) => Date.parse(time) >= begunAtMs);
    if (!isUnfit && found.length > 0 && recent.length === 0 && this.#before.size < ENDS_MAX) this.#before.add(key);
    return recent;
  }
}
