/** Seeded randomness. Each part of a run draws from a source of its own, so that one doesn't shift another's. */
export class Random {
  #state: number;

  constructor(seed: number, name: string) {
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

  /** A whole number from the one to the other, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.whole(0, values.length - 1)] as T;
  }

  /** One of several by weight. */
  weighted<T>(choices: readonly (readonly [number, T])[]): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return (choices.at(-1) as readonly [number, T])[1];
  }

  shuffled<T>(values: readonly T[]): T[] {
    const list = [...values];
    for (let place = list.length - 1; place > 0; place -= 1) {
      const other = this.whole(0, place);
      [list[place], list[other]] = [list[other] as T, list[place] as T];
    }
    return list;
  }
}
