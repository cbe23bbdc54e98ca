/**
 * A map for short-lived entries with ascending integer keys, such as calls in flight.
 *
 * A `Map` is unsuitable for them. After a number of deletions a `Map` moves its entries to a new table. The abandoned
 * table keeps a pointer to the new one, for active iterators, and still references the values it held. Once one such
 * table has been promoted to V8's old space, every later table is promoted after it, dead or not, with all the values
 * that it held. So every value that was ever in the map is promoted, and is freed only by a major GC. See
 * docs/decisions/0036.
 *
 * This map has a single table with open addressing, linear probing, and deletion without tombstones (Knuth, The Art of
 * Computer Programming, vol. 3, 6.4, algorithm R). Fibonacci hashing spreads successive keys over the table.
 */
const CAPACITY_BITS_MIN = 4;
const NONE = -1;
/** 2^32 divided by the golden ratio. */
const SPREAD = 0x9e3779b1;

export class RollingMap<Value> {
  /** The capacity is 2 to the power of `#bits`. */
  #bits = CAPACITY_BITS_MIN;
  /** The key in each slot. At least half of the slots are {@link NONE}. */
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
   * @param number an integer, 0 or more
   * @throws RangeError if it is negative
   */
  set(number: number, value: Value): void {
    if (number < 0) throw new RangeError(`${number} is below 0`);
    if (2 * this.#size >= this.#values.length) this.#grow();
    const place = this.#placeOf(number);
    if (this.#numbers[place] === NONE) this.#size += 1;
    this.#numbers[place] = number;
    this.#values[place] = value;
  }

  /** @returns whether the key was present */
  delete(number: number): boolean {
    let hole = this.#placeOf(number);
    if (number < 0 || this.#numbers[hole] !== number) return false;
    // Each later entry of the probe sequence moves into the hole, unless its home slot lies after the hole.
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

  /** A snapshot of the keys, ascending. */
  keys(): number[] {
    return [...this.#numbers].filter((number) => number !== NONE).sort((one, other) => one - other);
  }

  /** A snapshot of the values, by ascending key. */
  values(): Value[] {
    return this.keys().map((number) => this.get(number) as Value);
  }

  forEach(visit: (value: Value) => void): void {
    for (const value of this.values()) visit(value);
  }

  #homeOf(number: number): number {
    return Math.imul(number, SPREAD) >>> (32 - this.#bits);
  }

  /** The slot that holds a key, or that would hold it. */
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
