/**
 * The healer closes gaps: it pulls events of customers that are behind, until they have reached the highest version
 * seen. A customer that is reported to it is healed at once; customers left behind by a crash are found in the
 * database. The sweep compares the applied versions with the owners' heads, because no later event reveals the loss of
 * a stream's last event.
 */
import type { Stream } from '@mo/contracts';
import { type Clock, type Logger, Rounds, slices } from '@mo/service-kit';
import type { Progress } from '../protocol/account.ts';
import type { HttpPeers } from '../pull/http-peers.ts';
import type { CustomerBehind, ProgressTable } from '../sql/progress-table.ts';
import { DueSweeps, SWEEP_INTERVAL_MS } from './due-sweeps.ts';
import { Sweep } from './sweep.ts';

const SCAN_INTERVAL_MS = 1_000;
const SWEEP_CHECK_MS = 1_000;
export const HEALS_AT_ONCE = 32;
export const SCAN_CUSTOMERS_MAX = 1_000;
/** The most customers that wait to be healed; the scan finds the others later. */
const WAITING_MAX = 10_000;
/** The most customers that a stream's sweeps may have found but not healed; with more, the sweep fails. */
export const LEFT_MAX = 10_000;
const FAILURE_PAUSE_MS = 250;
const FAILURE = 'housekeeping failed and will be retried';

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
  readonly #waiting = new Map<string, CustomerBehind>();
  readonly #underWay = new Set<string>();
  readonly #swept: readonly Swept[];
  readonly #dueSweeps: DueSweeps<Swept>;
  #scannedTo = 0;

  constructor(options: HealerOptions) {
    this.#options = options;
    this.#rounds = new Rounds(options.clock, options.logger);
    this.#swept = options.follows.map((stream) => this.#sweptOf(stream));
    this.#dueSweeps = new DueSweeps({
      swept: this.#swept,
      sweep: (one) => this.#sweep(one),
      isLeader: options.isLeader,
      clock: options.clock,
      signal: this.#rounds.signal,
    });
  }

  start(): void {
    this.#rounds.every(SCAN_INTERVAL_MS, FAILURE, () => this.#scan());
    this.#rounds.every(SWEEP_CHECK_MS, FAILURE, () => this.#dueSweeps.round(), { needsPeers: true });
    this.#rounds.every(SWEEP_INTERVAL_MS, FAILURE, () => this.#askForThoseLeft());
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Heals a customer that is behind. */
  heal({ customerId, behind }: Progress): void {
    for (const [stream, version] of Object.entries(behind) as [Stream, number][])
      this.#note({ customerId, stream, version });
  }

  /**
   * For customers that are no longer marked as behind although some of their events may be missing: queries the owners
   * until they have answered. After a crash the next relaying process finds these customers, because its first sweep
   * covers all customers.
   */
  watch(found: readonly CustomerBehind[]): void {
    for (const behind of found) {
      const left = this.#swept.find(({ stream }) => stream === behind.stream)?.left;
      if (behind.version > (left?.get(behind.customerId)?.version ?? 0)) left?.set(behind.customerId, behind);
    }
  }

  #note(behind: CustomerBehind): void {
    const key = keyOf(behind);
    const known = this.#waiting.get(key);
    if (known === undefined && this.#waiting.size >= WAITING_MAX) return;
    if (known === undefined || known.version < behind.version) this.#waiting.set(key, behind);
    this.#startNext();
  }

  #startNext(): void {
    for (const [key, behind] of this.#waiting) {
      if (this.#underWay.size >= HEALS_AT_ONCE || this.#rounds.signal.aborted) return;
      if (this.#underWay.has(key)) continue;
      this.#waiting.delete(key);
      this.#underWay.add(key);
      void this.#catchUp(behind, 'behind').finally(() => {
        this.#underWay.delete(key);
        this.#startNext();
      });
    }
  }

  /**
   * @returns whether the owner has answered. If its stream ends before the version, there is nothing more to pull; the
   *   scan finds the customer again if it is still marked as behind
   */
  async #catchUp({ customerId, stream, version }: CustomerBehind, reason: 'behind' | 'sweep'): Promise<boolean> {
    const { catchUp, clock, logger } = this.#options;
    try {
      await catchUp(customerId, stream, version, reason);
      return true;
    } catch (error) {
      logger.debug({ err: error, customerId, stream }, 'a customer could not catch up yet');
      await clock.sleep(FAILURE_PAUSE_MS, this.#rounds.signal);
      return false;
    }
  }

  /** Finds customers that are marked as behind, whether by this process or by one that no longer runs. */
  async #scan(): Promise<boolean> {
    const { progress, isLeader } = this.#options;
    if (!isLeader()) return false;
    const found = await progress.behind(this.#scannedTo, SCAN_CUSTOMERS_MAX);
    for (const behind of found) this.#note(behind);
    // A full page: the next scan continues after it, so customers that can't be healed don't hide the others.
    this.#scannedTo = found.length < SCAN_CUSTOMERS_MAX ? 0 : (found.at(-1)?.customerId ?? 0);
    return true;
  }

  /**
   * Customers left by earlier sweeps come last, because their owner may be unreachable. If there is no room for more of
   * them, they come first, for as long as their number shrinks.
   */
  async #sweep({ sweep, left }: Swept): Promise<void> {
    const before = [...left.keys()];
    const isFull = before.length >= LEFT_MAX;
    if (isFull) await this.#catchUpWithLeft(left, before);
    await sweep.through(this.#options.clock.now());
    if (!isFull) await this.#catchUpWithLeft(left, before);
  }

  /** A process that doesn't relay doesn't sweep, but may have customers to watch. */
  async #askForThoseLeft(): Promise<void> {
    if (this.#options.isLeader()) return;
    for (const { left } of this.#swept) await this.#catchUpWithLeft(left, [...left.keys()]);
  }

  #sweptOf(stream: Stream): Swept {
    const { peers, progress, clock } = this.#options;
    const left = new Map<number, CustomerBehind>();
    const sweep = new Sweep(
      (span, after) => peers.heads(stream, span, after),
      async (heads) => this.#catchUpOrKeep(await progress.notApplied(stream, heads), left),
      clock,
      this.#rounds.signal,
    );
    return { stream, sweep, left };
  }

  async #catchUpWithLeft(left: Map<number, CustomerBehind>, customerIds: readonly number[]): Promise<void> {
    const catchUp = async (customerId: number): Promise<void> => {
      const behind = left.get(customerId);
      if (behind === undefined || !(await this.#catchUp(behind, 'sweep'))) return;
      // A later version may have been added meanwhile.
      if (left.get(customerId) === behind) left.delete(customerId);
    };
    for (const some of slices(customerIds, HEALS_AT_ONCE)) {
      const before = left.size;
      await Promise.all(some.map(catchUp));
      if (left.size < before) continue;
      // Their owner is unreachable, or they can't be healed: the next sweep starts with other customers.
      for (const customerId of some) moveLast(left, customerId);
      return;
    }
  }

  /** Keeps what can't be healed now: the next sweep looks back only a limited time and would not find it again. */
  async #catchUpOrKeep(found: readonly CustomerBehind[], left: Map<number, CustomerBehind>): Promise<void> {
    const catchUp = async (behind: CustomerBehind): Promise<void> => {
      if (await this.#catchUp(behind, 'sweep')) return;
      if (left.size >= LEFT_MAX && !left.has(behind.customerId))
        throw new Error(`more than ${LEFT_MAX} customers cannot be caught up`);
      left.set(behind.customerId, behind);
    };
    for (const some of slices(found, HEALS_AT_ONCE)) await Promise.all(some.map(catchUp));
  }
}

function moveLast<Key, Value>(map: Map<Key, Value>, key: Key): void {
  const value = map.get(key);
  if (value === undefined) return;
  map.delete(key);
  map.set(key, value);
}

/** A stream that is swept. */
interface Swept {
  readonly stream: Stream;
  readonly sweep: Sweep;
  /** Those that sweeps found but could not heal, and watched ones, by customer. */
  readonly left: Map<number, CustomerBehind>;
}

const keyOf = ({ stream, customerId }: CustomerBehind): string => `${stream}-${customerId}`;
