/**
 * The pace of the audit, in events rather than customers: of a few of those there may be as many as of all the others.
 * Whoever has more than a round may look at is looked at in one go, and then as many rounds pass as that was worth.
 */

/** How many events a round may look at; customers of some events each are all of a page. */
const ROUND_EVENTS_MAX = 2_000;
/** No more rounds pass than that, for whoever waits for the audit to go on. */
const ROUNDS_PASSED_MAX = 60;

export class Pace {
  /** Events that were looked at, and that no round has passed for. */
  #ahead = 0;

  /** Begins a round. @returns false where it is to pass */
  begin(): boolean {
    const ahead = Math.min(this.#ahead, ROUNDS_PASSED_MAX * ROUND_EVENTS_MAX);
    this.#ahead = Math.max(0, ahead - ROUND_EVENTS_MAX);
    return this.#ahead === 0;
  }

  /** Whether this round has looked at all that it may. */
  get isOver(): boolean {
    return this.#ahead >= ROUND_EVENTS_MAX;
  }

  looked(events: number): void {
    this.#ahead += events;
  }
}
