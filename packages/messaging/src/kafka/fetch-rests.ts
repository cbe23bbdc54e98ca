import { Pacer, type Pacing } from '../round-interval.ts';

/** Anything longer spans more than one fetch, because several brokers are fetched from concurrently. */
const FETCH_MS_MAX = 1_000;

/**
 * How long a consumer rests before its next fetch. The partitions of a fetch are handled concurrently, some after
 * others, and the next fetch waits for all of them; so they all rest until the same moment. None rests while one is
 * behind.
 */
export class FetchRests {
  readonly #pacer: Pacer;
  readonly #nowMs: () => number;
  #atWork = 0;
  #beganMs = Number.NEGATIVE_INFINITY;
  /** The longest handling time of a partition of the fetch, in ms. */
  #tookMs = 0;
  #isBehind = false;
  #wasBehind = false;

  constructor(pacing: Pacing, nowMs: () => number = () => performance.now()) {
    this.#pacer = new Pacer(pacing);
    this.#nowMs = nowMs;
  }

  /**
   * Notes that the handling of a partition's messages begins, with others of the same fetch or as the first of one.
   *
   * @returns the current time, in ms
   */
  begin(): number {
    this.#atWork += 1;
    const nowMs = this.#nowMs();
    if (this.#atWork > 1 && nowMs - this.#beganMs < FETCH_MS_MAX) return nowMs;
    if (this.#tookMs > 0) this.#pacer.took(this.#tookMs);
    this.#tookMs = 0;
    this.#beganMs = nowMs;
    this.#wasBehind = this.#isBehind;
    this.#isBehind = false;
    return nowMs;
  }

  /**
   * Notes that they are handled. Some may have begun while others rested, which doesn't count as work.
   *
   * @param beganMs the result of `begin`
   * @returns how long to rest before `end`, in ms
   */
  restMs(beganMs: number, isBehind: boolean): number {
    this.#isBehind ||= isBehind;
    if (this.#isBehind || this.#wasBehind) return 0;
    const nowMs = this.#nowMs();
    this.#tookMs = Math.max(this.#tookMs, nowMs - beganMs);
    return Math.max(0, this.#beganMs + this.#pacer.intervalMs - nowMs);
  }

  end(): void {
    this.#atWork -= 1;
  }
}
