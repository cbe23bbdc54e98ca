/** A bounded map whose entries expire; when it is full, the entry that was added first is removed. */
export class Known<Value> {
  readonly #max: number;
  readonly #entries = new Map<string, { readonly value: Value; readonly untilMs: number }>();

  constructor(max: number) {
    this.#max = max;
  }

  find(key: string): Value | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (entry.untilMs > Date.now()) return entry.value;
    this.#entries.delete(key);
    return null;
  }

  /** @param untilMs in milliseconds since 1970 */
  keep(key: string, value: Value, untilMs: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, untilMs });
    if (this.#entries.size <= this.#max) return;
    for (const first of this.#entries.keys()) {
      this.#entries.delete(first);
      return;
    }
  }
}
