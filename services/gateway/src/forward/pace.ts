/**
 * Predicts how long a service takes for a number of calls, by Little's law: a call that was the n-th and was answered
 * after `ms` shows that each of them takes `ms / n`. Only calls that have to wait for their turn are measured, because a
 * service that is not busy does not show how many calls it can do.
 */

/** The weight of one measurement in the average. */
const WEIGHT = 1 / 32;

export class Pace {
  #msPerCall = 0;

  /**
   * @param calls without an answer yet, including one that begins to wait now
   * @returns a function to be called when that one is answered
   */
  measure(calls: number): () => void {
    const sinceMs = performance.now();
    return () => {
      this.#msPerCall += WEIGHT * ((performance.now() - sinceMs) / calls - this.#msPerCall);
    };
  }

  /** The predicted time until so many calls are answered; 0 as long as nothing was measured. */
  msFor(calls: number): number {
    return this.#msPerCall * calls;
  }
}
