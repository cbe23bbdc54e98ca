/**
 * How many calls may be sent again. Every call that is made saves a part of a retry, up to a limit, which is also what
 * there is at the start. So a replica that dies may have all its calls sent again, but where failures go on, retries stay
 * a small share of the load instead of multiplying it.
 */
export class RetryBudget {
  readonly #savedMax: number;
  readonly #perCall: number;
  #saved: number;

  constructor(savedMax: number, perCall: number) {
    this.#savedMax = savedMax;
    this.#perCall = perCall;
    this.#saved = savedMax;
  }

  /** A call is made. */
  save(): void {
    this.#saved = Math.min(this.#savedMax, this.#saved + this.#perCall);
  }

  /** Whether one more may be sent again. */
  get isOneLeft(): boolean {
    return this.#saved >= 1;
  }

  /** The same; then it counts. */
  take(): boolean {
    if (!this.isOneLeft) return false;
    this.#saved -= 1;
    return true;
  }
}
