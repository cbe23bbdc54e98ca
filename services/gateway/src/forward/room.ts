/** So much there is room for: calls, or bytes of many bodies together. */
export class Room {
  readonly #max: number;
  taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.taken >= this.#max;
  }

  /** Whether there was room for so much more; then it is taken. */
  take(amount = 1): boolean {
    if (this.taken + amount > this.#max) return false;
    this.taken += amount;
    return true;
  }

  give(amount = 1): void {
    this.taken -= amount;
  }
}
