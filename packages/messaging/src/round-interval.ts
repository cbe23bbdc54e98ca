/**
 * How far apart the rounds of the relay, and those of a follower, begin. A round costs everyone in it much the same whether it
 * carries one event or a hundred: where it takes long, the processors are busy, and then fewer, larger rounds leave more of
 * them to the callers.
 */

/** Rounds never begin closer to each other. */
const INTERVAL_MS_MIN = 20;
/** As much as waiting for more may add to the age of an event. */
const INTERVAL_MS_MAX = 100;
/** A loop is at work for at most one part in so many. */
const PARTS = 4;

/** How long after a round that took `tookMs` began the next one begins, in ms. */
export const intervalMs = (tookMs: number): number =>
  Math.min(Math.max(PARTS * tookMs, INTERVAL_MS_MIN), INTERVAL_MS_MAX);
