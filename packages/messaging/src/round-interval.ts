/**
 * How far apart the rounds of the relay, and those of a consumer, begin. A round costs everyone in it much the same whether it
 * carries one event or a hundred: where rounds take long, the processors are busy, and then fewer, larger ones leave more of
 * them to the callers. What tells is how long they have taken of late: that one of them took long says little of the next, and
 * what has waited for it must not wait for a longer rest as well.
 */
export interface Pacing {
  /** Rounds never begin closer to each other. */
  readonly msMin: number;
  /** As much as waiting for more may add to the age of an event. */
  readonly msMax: number;
  /** The loop is at work for one part in so many, unless a bound says otherwise. */
  readonly parts: number;
}

/** The relay's: it sets the pace of all that follow. */
export const RELAY_PACING: Pacing = { msMin: 30, msMax: 60, parts: 3 };

/**
 * That of whoever follows: where its round took no longer than that, it is back before the relay's next one, and waits at the broker
 * for what that sends. With a pace of its own an event would wait for the one and then for the other.
 */
export const FOLLOWER_PACING: Pacing = { msMin: 15, msMax: 28, parts: 2 };

/** The last round counts for this part of the mean, and those before it for the rest. */
const LATEST_PART = 0.1;

/** How far apart the rounds of one loop begin. */
export class Pacer {
  readonly #pacing: Pacing;
  /** How long rounds have taken, in ms; at first as if there had been nothing to do. */
  #meanMs = 0;

  constructor(pacing: Pacing) {
    this.#pacing = pacing;
  }

  /** How long after a round began the next one begins, in ms. */
  get intervalMs(): number {
    const { msMin, msMax, parts } = this.#pacing;
    return Math.min(Math.max(parts * this.#meanMs, msMin), msMax);
  }

  /** Takes note of a round, in ms. One that hung says no more of those to come than one that took as long as they may be apart. */
  took(roundMs: number): void {
    this.#meanMs += LATEST_PART * (Math.min(roundMs, this.#pacing.msMax) - this.#meanMs);
  }
}
