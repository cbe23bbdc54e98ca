import { intervalMs, type Pacing } from '../round-interval.ts';

/** What takes longer is more than one fetch: several brokers are asked side by side. */
const FETCH_MS_MAX = 1_000;

/**
 * How long a consumer rests before it fetches again. Partitions of a fetch are handled side by side, some after others, and the
 * next fetch waits for all: so they rest together, until one moment. While one of them is behind none rests.
 */
export class FetchRests {
  readonly #pacing: Pacing;
  readonly #nowMs: () => number;
  #atWork = 0;
  #beganMs = Number.NEGATIVE_INFINITY;
  #isBehind = false;
  #wasBehind = false;

  constructor(pacing: Pacing, nowMs: () => number = () => performance.now()) {
    this.#pacing = pacing;
    this.#nowMs = nowMs;
  }

  /** A partition's messages are handled from now on: with others of the same fetch, or as the first of one. */
  begin(): void {
    this.#atWork += 1;
    if (this.#atWork > 1 && this.#nowMs() - this.#beganMs < FETCH_MS_MAX) return;
    this.#beganMs = this.#nowMs();
    this.#wasBehind = this.#isBehind;
    this.#isBehind = false;
  }

  /** They are handled. @returns how long to rest, in ms, before `end` */
  restMs(isBehind: boolean): number {
    this.#isBehind ||= isBehind;
    if (this.#isBehind || this.#wasBehind) return 0;
    const tookMs = this.#nowMs() - this.#beganMs;
    return Math.max(0, intervalMs(this.#pacing, tookMs) - tookMs);
  }

  end(): void {
    this.#atWork -= 1;
  }
}
