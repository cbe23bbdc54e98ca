/**
 * Predicts how long a service takes for a number of calls, by Little's law: a call that was the n-th and was answered
 * after `ms` shows that each of them takes `ms / n`. Only calls that have to wait for their turn are measured, because
 * a service that is not busy does not show how many calls it can do.
 */

/** The weight of one measurement in the average. */
const WEIGHT = 1 / 32;
/** An average without a measurement for so long is void: an outage must not count against the calls after it. */
export const FRESH_MS = 10_000;

export class WaitEstimate {
  readonly #now: () => number;
  #msPerCall = 0;
  #measuredMs = Number.NEGATIVE_INFINITY;

  /** @param now a monotonic clock, in ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * @param calls without an answer yet, including one that begins to wait now
   * @returns a function to be called when that one is answered
   */
  measure(calls: number): () => void {
    const sinceMs = this.#now();
    return () => {
      const averageMs = this.msFor(1);
      this.#measuredMs = this.#now();
      this.#msPerCall = averageMs + WEIGHT * ((this.#measuredMs - sinceMs) / calls - averageMs);
    };
  }

  /** The predicted time until so many calls are answered, in ms; 0 if nothing was measured within FRESH_MS. */
  msFor(calls: number): number {
    if (calls === 0 || this.#now() - this.#measuredMs > FRESH_MS) return 0;
    return this.#msPerCall * calls;
  }
}
