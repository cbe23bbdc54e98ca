/**
 * A budget for sending calls again. Every call adds a fraction of a retry, up to a maximum, which is also the initial
 * value. All calls of a replica that dies may therefore be retried, but while failures persist, retries remain a small
 * share of the load instead of multiplying it.
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

  /** Adds the share of one call. */
  save(): void {
    this.#saved = Math.min(this.#savedMax, this.#saved + this.#perCall);
  }

  /** Whether one more call may be sent again. */
  get isOneLeft(): boolean {
    return this.#saved >= 1;
  }

  /** Takes one retry from the budget. @returns whether one was left */
  take(): boolean {
    if (!this.isOneLeft) return false;
    this.#saved -= 1;
    return true;
  }
}
