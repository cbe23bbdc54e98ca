/**
 * How a failure that lasts is logged: each reason at once, and again once a minute, because operators read the last
 * minutes of a log. All other lines about it are for debugging.
 */
import type { Clock } from './clock.ts';

/** The interval at which the log repeats a failure; just below that of chores, which fail once a minute. */
export const REMIND_MS = 55_000;
/** The most reasons in that time: some failures name another server at each attempt. */
export const REASONS_MAX = 5;

/** The level of the lines about a failure that aren't left to debugging. */
export type FailureLevel = 'info' | 'warn' | 'error';

export class LastingFailure {
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #logged = new Set<string>();
  #sinceMs = 0;
  /** Null while nothing has failed. */
  #level: FailureLevel | null = null;

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock;
  }

  /**
   * Notes that something failed, once more or for the first time.
   *
   * @returns the level at which to log this failure
   */
  levelOf(reason: string, level: FailureLevel = 'warn'): 'debug' | FailureLevel {
    const nowMs = this.#clock.elapsed();
    if (level !== this.#level || nowMs - this.#sinceMs >= REMIND_MS) {
      this.#logged.clear();
      this.#sinceMs = nowMs;
      this.#level = level;
    }
    if (this.#logged.has(reason) || this.#logged.size >= REASONS_MAX) return 'debug';
    this.#logged.add(reason);
    return level;
  }

  /** Notes a success. @returns whether it ends a failure that was a warning or an error */
  end(): boolean {
    const wasSerious = this.#level !== null && this.#level !== 'info';
    this.#level = null;
    return wasSerious;
  }
}
