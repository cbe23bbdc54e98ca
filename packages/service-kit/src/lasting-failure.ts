/**
 * How a failure that lasts is logged: each reason at once, and again once a minute, because operators read the last
 * minutes of a log. All other lines about it are for debugging.
 */
import type { Clock } from './clock.ts';

/** The interval at which the log repeats a failure; just below that of chores, which fail once a minute. */
export const REMIND_MS = 55_000;
/** The most reasons in that time: some failures name another server at each attempt. */
export const REASONS_MAX = 5;

export class LastingFailure {
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #logged = new Set<string>();
  #sinceMs = 0;
  /** Null while nothing has failed. */
  #level: 'info' | 'warn' | null = null;

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock;
  }

  /**
   * Notes that something failed, once more or for the first time.
   *
   * @param level the level of a line that isn't left to debugging
   * @returns the level at which to log this failure
   */
  levelOf(reason: string, level: 'info' | 'warn' = 'warn'): 'debug' | 'info' | 'warn' {
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

  /** Notes a success. @returns whether it ends a failure that was a warning */
  end(): boolean {
    const wasWarning = this.#level === 'warn';
    this.#level = null;
    return wasWarning;
  }
}
