/** How many bytes many hold together. */
export class Bytes {
  readonly #max: number;
  total = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether that is more than it may be. */
  get isOver(): boolean {
    return this.total > this.#max;
  }

  /** Whether there is room for so many more. */
  hasRoomFor(bytes: number): boolean {
    return this.total + bytes <= this.#max;
  }
}
