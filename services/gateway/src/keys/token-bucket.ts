/**
 * Lets through `rate` requests a second over time, and at most one second's worth at once (but at least one request).
 */
export class TokenBucket {
  readonly rate: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(rate: number, nowMs: number) {
    this.rate = rate;
    this.#capacity = Math.max(1, rate);
    this.#tokens = this.#capacity;
    this.#filledAtMs = nowMs;
  }

  /** Takes a token and answers 0, or takes none and answers in how many milliseconds there will be one. */
  take(nowMs: number): number {
    const filled = this.#tokens + ((nowMs - this.#filledAtMs) / 1000) * this.rate;
    this.#tokens = Math.min(this.#capacity, filled);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return ((1 - this.#tokens) / this.rate) * 1000;
    this.#tokens -= 1;
    return 0;
  }
}
