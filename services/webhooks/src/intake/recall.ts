/**
 * Asks again for what events were told without: its owner may have it back, or this version understands what the one before
 * did not. What comes of it is told late.
 */
import { STREAMS, type Stream, type StreamEvent } from '@mo/contracts';
import { type Peers, Rounds, slices } from '@mo/messaging';
import type { Clock, Logger } from '@mo/service-kit';
import { CUSTOMERS_AT_ONCE_MAX } from './fetcher.ts';
import type { Intake, StateOf } from './intake.ts';
import type { Range } from './ranges.ts';

/** At once for a process that begins, which may be of a newer version. */
const INTERVAL_MS = 600_000;
const PAGE_CUSTOMERS_MAX = 1_000;
const LOST_MAX = 10_000;

export interface RecallOptions {
  readonly intake: Pick<Intake, 'waived' | 'take' | 'begunAtMs'>;
  readonly peers: Pick<Peers, 'pull'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Recall {
  readonly #options: RecallOptions;
  readonly #rounds: Rounds;
  /** Whose owner has lost even what was before: asked by each process once, for owners raise an alarm when they are. */
  readonly #lost = new Set<string>();

  constructor(options: RecallOptions) {
    this.#options = options;
    this.#rounds = new Rounds(options.clock, options.logger);
  }

  start(): void {
    this.#rounds.every(INTERVAL_MS, 'what was waived can not be asked for again for now', () => this.round());
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Asks for all customers. An owner that can't be reached is asked no more in this round. */
  async round(): Promise<void> {
    const { intake, clock } = this.#options;
    const begunAtMs = await intake.begunAtMs();
    const away = new Set<Stream>();
    for (let above = 0, isLast = false; !isLast; ) {
      const customers = await intake.waived(above, PAGE_CUSTOMERS_MAX);
      for (const some of slices(customers, CUSTOMERS_AT_ONCE_MAX)) {
        if (this.#rounds.signal.aborted) return;
        const pulled = (await Promise.all(some.map((customer) => this.#pullAll(customer, away)))).flat();
        // What was before there were webhooks is nobody's to hear.
        const events = pulled.filter(({ time }) => Date.parse(time) >= begunAtMs);
        await intake.take(events, clock.now());
      }
      above = customers.at(-1)?.customerId ?? 0;
      isLast = customers.length < PAGE_CUSTOMERS_MAX;
    }
  }

  async #pullAll({ customerId, waived }: StateOf, away: Set<Stream>): Promise<StreamEvent[]> {
    const ranges = STREAMS.filter((stream) => !away.has(stream)).flatMap((stream) =>
      (waived[stream] ?? []).map((range) => ({ stream, range })),
    );
    const pulls = ranges.map(({ stream, range }) =>
      this.#pull(customerId, stream, range).catch((error: unknown) => {
        away.add(stream);
        this.#options.logger.debug({ err: error, stream }, 'what was waived can not be asked for now');
        return [];
      }),
    );
    return (await Promise.all(pulls)).flat();
  }

  async #pull(customerId: number, stream: Stream, [first, last]: Range): Promise<StreamEvent[]> {
    const key = `${stream}-${customerId}-${first}`;
    if (this.#lost.has(key)) return [];
    const { head, events } = await this.#options.peers.pull(stream, { customerId }, first - 1);
    if (head < first - 1 && this.#lost.size < LOST_MAX) this.#lost.add(key);
    return events.filter(({ version }) => version <= last);
  }
}
