/**
 * The healer closes gaps: it pulls for customers that are behind until they have reached the highest version seen. What
 * it is told of at once, it heals at once; what a crash left behind, it finds in the database. The sweep compares what was
 * applied with the owners' heads, for the last event of a stream has no successor to reveal its loss.
 */
import type { Stream } from '@mo/contracts';
import type { Clock, Logger } from '@mo/service-kit';
import type { Progress } from '../protocol/account.ts';
import type { HttpPeers } from '../pull/http-peers.ts';
import { Rounds } from '../rounds.ts';
import { slices } from '../slices.ts';
import type { Lag, ProgressTable } from '../sql/progress-table.ts';
import { Sweep } from './sweep.ts';

const SCAN_INTERVAL_MS = 1_000;
const SWEEP_INTERVAL_MS = 60_000;
const SWEEP_RETRY_MS = 5_000;
const SWEEP_CHECK_MS = 1_000;
const HEALS_AT_ONCE = 32;
export const SCAN_CUSTOMERS_MAX = 1_000;
/** Customers that wait to be healed; more are found again by the scan. */
const WAITING_MAX = 10_000;
/** Customers that a sweep found and could not heal; with more it counts as failed. */
const LEFT_MAX = 10_000;
const FAILURE_PAUSE_MS = 250;
const FAILURE = 'housekeeping failed for now';

export interface HealerOptions {
  follows: readonly Stream[];
  progress: Pick<ProgressTable, 'behind' | 'notApplied'>;
  peers: Pick<HttpPeers, 'heads'>;
  clock: Clock;
  logger: Logger;
  catchUp: (customerId: number, stream: Stream, version: number, reason: 'behind' | 'sweep') => Promise<boolean>;
  /** Whether this process does the service's housekeeping now. */
  isLeader: () => boolean;
}

export class Healer {
  readonly #options: HealerOptions;
  readonly #rounds: Rounds;
  readonly #waiting = new Map<string, Lag>();
  readonly #underWay = new Set<string>();
  /** What sweeps found and could not heal, by customer and stream: the next one ends with these. */
  readonly #left = new Map<string, Lag>();
  readonly #sweeps: ReadonlyMap<Stream, Sweep>;
  /** When a sweep is due, in ms: at once for who begins to do the housekeeping, for nobody knows what was missed before. */
  #sweepDueMs = 0;
  #scannedTo = 0;

  constructor(options: HealerOptions) {
    this.#options = options;
    this.#rounds = new Rounds(options.clock, options.logger);
    this.#sweeps = new Map(options.follows.map((stream) => [stream, this.#sweepOf(stream)]));
  }

  start(): void {
    this.#rounds.every(SCAN_INTERVAL_MS, FAILURE, () => this.#scan());
    this.#rounds.every(SWEEP_CHECK_MS, FAILURE, () => this.#sweepIfDue());
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** A customer is behind. */
  heal({ customerId, behind }: Progress): void {
    for (const [stream, version] of Object.entries(behind) as [Stream, number][])
      this.#note({ customerId, stream, version });
  }

  #note(lag: Lag): void {
    const key = keyOf(lag);
    const known = this.#waiting.get(key);
    if (known === undefined && this.#waiting.size >= WAITING_MAX) return;
    if (known === undefined || known.version < lag.version) this.#waiting.set(key, lag);
    this.#startNext();
  }

  #startNext(): void {
    for (const [key, lag] of this.#waiting) {
      if (this.#underWay.size >= HEALS_AT_ONCE || this.#rounds.signal.aborted) return;
      if (this.#underWay.has(key)) continue;
      this.#waiting.delete(key);
      this.#underWay.add(key);
      void this.#catchUp(lag, 'behind').finally(() => {
        this.#underWay.delete(key);
        this.#startNext();
      });
    }
  }

  /** @returns whether that could be done */
  async #catchUp({ customerId, stream, version }: Lag, reason: 'behind' | 'sweep'): Promise<boolean> {
    const { catchUp, clock, logger } = this.#options;
    try {
      await catchUp(customerId, stream, version, reason);
      return true;
    } catch (error) {
      logger.debug({ err: error, customerId, stream }, 'a customer stays behind for now');
      await clock.sleep(FAILURE_PAUSE_MS, this.#rounds.signal);
      return false;
    }
  }

  /** Finds customers that were left behind, by this process or by one that is gone. */
  async #scan(): Promise<void> {
    const { progress, isLeader } = this.#options;
    if (!isLeader()) return;
    const lags = await progress.behind(this.#scannedTo, SCAN_CUSTOMERS_MAX);
    for (const lag of lags) this.#note(lag);
    // Where there are more, the next scan goes on behind these: those that can't be helped keep nobody from being found.
    this.#scannedTo = lags.length < SCAN_CUSTOMERS_MAX ? 0 : (lags.at(-1)?.customerId ?? 0);
  }

  async #sweepIfDue(): Promise<void> {
    const { clock, isLeader } = this.#options;
    if (!isLeader() || clock.elapsed() < this.#sweepDueMs) return;
    this.#sweepDueMs = clock.elapsed() + SWEEP_RETRY_MS;
    await this.#sweepAll();
    this.#sweepDueMs = clock.elapsed() + SWEEP_INTERVAL_MS;
  }

  /** Each stream by itself: an owner that is away keeps nobody from what another has. */
  async #sweepAll(): Promise<void> {
    let failure: unknown;
    for (const [stream, sweep] of this.#sweeps) {
      const left = [...this.#left].filter(([, lag]) => lag.stream === stream).map(([key]) => key);
      try {
        await sweep.through(this.#options.clock.now());
        await this.#catchUpWithLeft(left);
      } catch (error) {
        this.#rounds.signal.throwIfAborted();
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  #sweepOf(stream: Stream): Sweep {
    const { peers, progress, clock } = this.#options;
    return new Sweep(
      (span, after) => peers.heads(stream, span, after),
      async (heads) => this.#catchUpAll(await progress.notApplied(stream, heads)),
      clock,
      this.#rounds.signal,
    );
  }

  async #catchUpAll(lags: readonly Lag[]): Promise<void> {
    for (const some of slices(lags, HEALS_AT_ONCE)) await Promise.all(some.map((lag) => this.#catchUpOrKeep(lag)));
  }

  async #catchUpWithLeft(keys: readonly string[]): Promise<void> {
    const catchUp = async (key: string): Promise<void> => {
      const lag = this.#left.get(key);
      if (lag !== undefined && (await this.#catchUp(lag, 'sweep'))) this.#left.delete(key);
    };
    for (const some of slices(keys, HEALS_AT_ONCE)) await Promise.all(some.map(catchUp));
  }

  /** Who sweeps next looks back only so far: what can't be healed now would not be found again. */
  async #catchUpOrKeep(lag: Lag): Promise<void> {
    if (await this.#catchUp(lag, 'sweep')) return;
    if (this.#left.size >= LEFT_MAX && !this.#left.has(keyOf(lag)))
      throw new Error(`more than ${LEFT_MAX} customers can't be caught up with`);
    this.#left.set(keyOf(lag), lag);
  }
}

const keyOf = ({ stream, customerId }: Lag): string => `${stream}-${customerId}`;
