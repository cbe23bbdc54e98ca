/**
 * The pace of the audit, in events rather than customers: of a few of those there may be as many as of all the others.
 * Whoever has more than a round may look at is looked at in one go, and then as many rounds pass as that was worth. A round looks at
 * little, so that callers who come meanwhile hardly wait. Where the processors are busy a round takes long, and then the next ones are
 * left out.
 */

/** So many customers share a round's transaction and pull at most; their histories are held in memory together. */
const ROUND_CUSTOMERS_MAX = 5;
/** How many events a round may look at, and what the one before it has left. */
const ROUND_EVENTS_MAX = 400;
/** No more rounds pass than that, for whoever waits for the audit to go on. */
const ROUNDS_PASSED_MAX = 300;
/** So many rounds pass where there is no hurry. */
const REST_ROUNDS = 4;
/** The audit is at work for at most one part in so many of the time, */
const PARTS = 30;
/** but no more rounds are left out for that. */
const ROUNDS_LEFT_OUT_MAX = 10;

export class Pace {
  /** Events that were looked at, and that no round has passed for; below 0, how many may be looked at. */
  #ahead = 0;
  /** How many events each customer of the last round had. */
  #eventsEach = 0;
  /** How many rounds are still left out, because the last one took long. */
  #leftOut = 0;
  readonly #roundMs: number;

  /** @param roundMs from a round to the next one, in ms */
  constructor(roundMs: number) {
    this.#roundMs = roundMs;
  }

  /** Begins a round. @returns how many customers it may look at; 0 where it is to pass */
  begin(): number {
    if (this.#leftOut > 0) {
      this.#leftOut -= 1;
      return 0;
    }
    const ahead = Math.min(this.#ahead, ROUNDS_PASSED_MAX * ROUND_EVENTS_MAX);
    this.#ahead = Math.max(ahead - ROUND_EVENTS_MAX, -2 * ROUND_EVENTS_MAX);
    if (this.#ahead >= 0) return 0;
    return Math.max(1, Math.min(ROUND_CUSTOMERS_MAX, Math.floor(-this.#ahead / Math.max(1, this.#eventsEach))));
  }

  /** A round has looked at so many events of so many customers. */
  looked(events: number, customers: number): void {
    this.#ahead += events;
    this.#eventsEach = events / customers;
  }

  /** A round took so long. */
  took(ms: number): void {
    this.#leftOut = Math.min(Math.floor((PARTS * ms) / this.#roundMs), ROUNDS_LEFT_OUT_MAX);
  }

  /** Lets some rounds pass: all customers were looked at, or the next can't be now. */
  rest(): void {
    this.#ahead = Math.max(this.#ahead, 0) + REST_ROUNDS * ROUND_EVENTS_MAX;
  }
}
