import { capacityOf, type Meter, type Taken } from './meter.ts';

/** Admits `rate` requests per second on average, and at most one second's worth at once (but at least one request). */
export class TokenBucket implements Meter {
  readonly rate: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(rate: number, nowMs: number) {
    this.rate = rate;
    this.#capacity = capacityOf(rate);
    this.#tokens = this.#capacity;
    this.#filledAtMs = nowMs;
  }

  take(nowMs: number): Taken {
    const filled = this.#tokens + ((nowMs - this.#filledAtMs) / 1000) * this.rate;
    this.#tokens = Math.min(this.#capacity, filled);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return { waitMs: ((1 - this.#tokens) / this.rate) * 1000, left: 0 };
    this.#tokens -= 1;
    return { waitMs: 0, left: Math.floor(this.#tokens) };
  }
}
