/**
 * When the sweeps of several streams are due. Each stream is swept independently, so an owner that is down doesn't keep
 * the other streams from being swept.
 */
import type { Clock } from '@mo/service-kit';

/** The time from the end of a stream's sweep to its next one. */
export const SWEEP_INTERVAL_MS = 60_000;
/** The time from the start of a sweep that failed to the next attempt. */
export const SWEEP_RETRY_MS = 5_000;

export interface DueSweepsOptions<Swept> {
  /** What is swept. All of it is due at first, because a new leader can't know what was missed before. */
  readonly swept: readonly Swept[];
  readonly sweep: (one: Swept) => Promise<void>;
  /** Whether this process sweeps now. */
  readonly isLeader: () => boolean;
  readonly clock: Pick<Clock, 'elapsed'>;
  /** Aborted when sweeps have to stop. */
  readonly signal: AbortSignal;
}

export class DueSweeps<Swept> {
  readonly #options: DueSweepsOptions<Swept>;
  readonly #dueMs = new Map<Swept, number>();
  readonly #failed = new Set<Swept>();

  constructor(options: DueSweepsOptions<Swept>) {
    this.#options = options;
  }

  /**
   * Sweeps what is due.
   *
   * @returns false if nothing failed, but an earlier failure hasn't been made good yet
   * @throws the first failure, after all sweeps have been tried; the signal's reason, as soon as it is aborted
   */
  async round(): Promise<boolean> {
    const { swept, sweep, isLeader, clock, signal } = this.#options;
    let failure: unknown;
    for (const one of swept) {
      if (!isLeader() || clock.elapsed() < (this.#dueMs.get(one) ?? 0)) continue;
      this.#dueMs.set(one, clock.elapsed() + SWEEP_RETRY_MS);
      try {
        await sweep(one);
        this.#failed.delete(one);
        this.#dueMs.set(one, clock.elapsed() + SWEEP_INTERVAL_MS);
      } catch (error) {
        signal.throwIfAborted();
        this.#failed.add(one);
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return this.#failed.size === 0;
  }
}
