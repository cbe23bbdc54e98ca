/**
 * A map for what comes and goes by rising numbers: calls under way, requests that wait for an answer.
 *
 * A `Map` is not for that. After so many deletions it moves to a new table, and the one that it leaves points on to that, for whoever
 * is iterating, and still to the values it held. Once V8 has moved one such table to the old part of its heap, which it seldom looks
 * through, each that follows is moved there after it, dead or not, with every value that it held: so all that ever was in
 * the map is collected at the price of what lives long. See docs/decisions/0036.
 *
 * This one has one table, with open addressing, linear probing, and deletion that leaves nothing (Knuth, The Art of Computer
 * Programming, vol. 3, 6.4, algorithm R), by Fibonacci hashing, which keeps successive numbers far apart.
 */
const CAPACITY_BITS_MIN = 4;
const NONE = -1;
/** 2^32 divided by the golden ratio. */
const SPREAD = 0x9e3779b1;

export class RollingMap<Value> {
  /** Its capacity is 2 to the power of so many. */
  #bits = CAPACITY_BITS_MIN;
  /** At least half of them are {@link NONE}. */
  #numbers = emptyNumbers(CAPACITY_BITS_MIN);
  #values: (Value | undefined)[] = emptyValues(CAPACITY_BITS_MIN);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(number: number): Value | undefined {
    return this.#values[this.#placeOf(number)];
  }

  has(number: number): boolean {
    return number >= 0 && this.#numbers[this.#placeOf(number)] === number;
  }

  /**
   * @param number a whole number, 0 or more
   * @throws RangeError below 0
   */
  set(number: number, value: Value): void {
    if (number < 0) throw new RangeError(`${number} is below 0`);
    if (2 * this.#size >= this.#values.length) this.#grow();
    const place = this.#placeOf(number);
    if (this.#numbers[place] === NONE) this.#size += 1;
    this.#numbers[place] = number;
    this.#values[place] = value;
  }

  /** @returns whether it was there */
  delete(number: number): boolean {
    let hole = this.#placeOf(number);
    if (number < 0 || this.#numbers[hole] !== number) return false;
    // Whoever stands behind the hole, and whose own place is not behind it too, moves into it.
    const mask = this.#values.length - 1;
    for (let next = (hole + 1) & mask; this.#numbers[next] !== NONE; next = (next + 1) & mask) {
      const fromHome = (next - this.#homeOf(this.#numbers[next] as number)) & mask;
      if (fromHome < ((next - hole) & mask)) continue;
      this.#numbers[hole] = this.#numbers[next] as number;
      this.#values[hole] = this.#values[next];
      hole = next;
    }
    this.#numbers[hole] = NONE;
    this.#values[hole] = undefined;
    this.#size -= 1;
    return true;
  }

  clear(): void {
    this.#empty(CAPACITY_BITS_MIN);
  }

  /** The numbers that are there now, rising. */
  keys(): number[] {
    return [...this.#numbers].filter((number) => number !== NONE).sort((one, other) => one - other);
  }

  /** What is there now, by rising numbers. */
  values(): Value[] {
    return this.keys().map((number) => this.get(number) as Value);
  }

  forEach(visit: (value: Value) => void): void {
    for (const value of this.values()) visit(value);
  }

  #homeOf(number: number): number {
    return Math.imul(number, SPREAD) >>> (32 - this.#bits);
  }

  /** Where a number stands, or would. */
  #placeOf(number: number): number {
    const mask = this.#values.length - 1;
    let place = this.#homeOf(number);
    while (this.#numbers[place] !== number && this.#numbers[place] !== NONE) place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const [numbers, values] = [this.#numbers, this.#values];
    this.#empty(this.#bits + 1);
    for (const [at, number] of numbers.entries()) if (number !== NONE) this.set(number, values[at] as Value);
  }

  #empty(bits: number): void {
    this.#bits = bits;
    this.#numbers = emptyNumbers(bits);
    this.#values = emptyValues(bits);
    this.#size = 0;
  }
}

const emptyNumbers = (bits: number): Float64Array => new Float64Array(2 ** bits).fill(NONE);
const emptyValues = <Value>(bits: number): (Value | undefined)[] => Array.from({ length: 2 ** bits });
