/** Seeded randomness. Each part of the world has a source of its own, so that what one draws doesn't shift another's. */
const LONG_SHARE = 0.15;
const DELAY_US_MIN = 60;

export class Random {
  #state: number;

  constructor(seed: number, name = '') {
    let hash = seed | 0;
    for (let place = 0; place < name.length; place += 1) hash = Math.imul(hash ^ name.charCodeAt(place), 0x01000193);
    this.#state = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ Math.imul(seed, 0x9e3779b1);
  }

  /** From 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0, below the limit. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** A number from the one up to the other. */
  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** A delay in µs: short as a rule, now and then up to the longest. Races are won in the difference. */
  delayUs(usualUsMax: number, longestUs: number, longShare = LONG_SHARE): number {
    const isLong = longestUs > usualUsMax && this.chance(longShare);
    return this.between(DELAY_US_MIN, isLong ? longestUs : usualUsMax);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}
