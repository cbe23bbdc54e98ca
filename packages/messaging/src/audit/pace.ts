/**
 * The pace of the audit, in events rather than customers, because a few customers may have as many events as all others
 * together. A customer with more events than a round may read is audited in one go; afterwards as many rounds are
 * skipped as those events are worth. A round reads little, so that concurrent callers hardly wait. While the processors
 * are busy a round takes long, and the next ones are left out.
 */

/** The most customers in a round: they share a transaction and a pull, and their histories are in memory together. */
const ROUND_CUSTOMERS_MAX = 5;
/** The events that a round may read, plus what the previous round has left over. */
const ROUND_EVENTS_MAX = 400;
/** The most rounds that are skipped in a row, so that the audit continues in a foreseeable time. */
const ROUNDS_PASSED_MAX = 300;
/** The rounds skipped after a complete pass, or after an error. */
const REST_ROUNDS = 4;
/** The audit works for at most about 1/`PARTS` of the time, */
const PARTS = 30;
/** but leaves out at most this many rounds for it. */
const ROUNDS_LEFT_OUT_MAX = 10;

export class Pace {
  /** Events that were read in excess and are not yet made up for; if negative, how many may be read. */
  #ahead = 0;
  /** The average number of events per customer in the last round. */
  #eventsEach = 0;
  /** How many rounds are still to be left out because the last one took long. */
  #leftOut = 0;
  readonly #roundMs: number;

  /** @param roundMs the interval between rounds, in ms */
  constructor(roundMs: number) {
    this.#roundMs = roundMs;
  }

  /** Begins a round. @returns the most customers that it may audit; 0 if the round is skipped */
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

  /** Reports how many events of how many customers a round has read. */
  looked(events: number, customers: number): void {
    this.#ahead += events;
    this.#eventsEach = events / customers;
  }

  /** Reports how long a round took. */
  took(ms: number): void {
    this.#leftOut = Math.min(Math.floor((PARTS * ms) / this.#roundMs), ROUNDS_LEFT_OUT_MAX);
  }

  /** Skips some rounds: a pass over all customers is complete, or the next customers can't be audited now. */
  rest(): void {
    this.#ahead = Math.max(this.#ahead, 0) + REST_ROUNDS * ROUND_EVENTS_MAX;
  }
}
