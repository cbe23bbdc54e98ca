/**
 * The interval between the starts of rounds, of the relay and of consumers. A round costs every process involved about
 * the same whether it carries one event or a hundred. Long rounds mean that the processors are busy; fewer, larger
 * rounds then leave more CPU time to requests. The interval follows the mean duration of recent rounds, not the last
 * one: a single long round says little about the next, and events that waited for it must not wait for a longer rest as
 * well.
 */
export interface Pacing {
  /** The shortest interval. */
  readonly msMin: number;
  /** The longest interval: the most that waiting for further events may add to the age of an event. */
  readonly msMax: number;
  /** The loop is busy for 1/`parts` of the time, within the bounds. */
  readonly parts: number;
}

/** The relay's pacing, which determines the pace of all followers. */
export const RELAY_PACING: Pacing = { msMin: 30, msMax: 60, parts: 3 };

/**
 * The followers' pacing. Unless its rounds take longer, a follower is back before the relay's next round and waits at
 * the broker for the events which that round sends. With an independent pace, an event would wait for both intervals.
 */
export const FOLLOWER_PACING: Pacing = { msMin: 15, msMax: 28, parts: 2 };

/** The weight of the last round in the moving average. */
const LATEST_PART = 0.1;

/** Computes the interval between the starts of one loop's rounds. */
export class Pacer {
  readonly #pacing: Pacing;
  /** The mean duration of rounds, in ms; starts at 0, as if there had been nothing to do. */
  #meanMs = 0;

  constructor(pacing: Pacing) {
    this.#pacing = pacing;
  }

  /** The time from the start of a round to the start of the next, in ms. */
  get intervalMs(): number {
    const { msMin, msMax, parts } = this.#pacing;
    return Math.min(Math.max(parts * this.#meanMs, msMin), msMax);
  }

  /** Records a round's duration in ms, counted as at most `msMax`, so that a round that hung has no more weight. */
  took(roundMs: number): void {
    this.#meanMs += LATEST_PART * (Math.min(roundMs, this.#pacing.msMax) - this.#meanMs);
  }
}
