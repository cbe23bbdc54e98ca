import { Pacer, type Pacing } from '../round-interval.ts';

/** What takes longer is more than one fetch: several brokers are asked side by side. */
const FETCH_MS_MAX = 1_000;

/**
 * How long a consumer rests before it fetches again. Partitions of a fetch are handled side by side, some after others,
 * and the next fetch waits for all: so they rest together, until one moment. While one of them is behind none rests.
 */
export class FetchRests {
  readonly #pacer: Pacer;
  readonly #nowMs: () => number;
  #atWork = 0;
  #beganMs = Number.NEGATIVE_INFINITY;
  /** How long the partition of the fetch took whose messages took longest to handle, in ms. */
  #tookMs = 0;
  #isBehind = false;
  #wasBehind = false;

  constructor(pacing: Pacing, nowMs: () => number = () => performance.now()) {
    this.#pacer = new Pacer(pacing);
    this.#nowMs = nowMs;
  }

  /**
   * A partition's messages are handled from now on: with others of the same fetch, or as the first of one. @returns
   * when that is, in ms
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
   * They are handled. Some may have begun while others rested: that is no work.
   *
   * @param beganMs as `begin` said
   * @returns how long to rest, in ms, before `end`
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
