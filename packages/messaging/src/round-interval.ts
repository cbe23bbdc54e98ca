/**
 * How far apart the rounds of the relay, and those of a consumer, begin. A round costs everyone in it much the same whether it
 * carries one event or a hundred: where it takes long, the processors are busy, and then fewer, larger rounds leave more of
 * them to the callers.
 */
export interface Pacing {
  /** Rounds never begin closer to each other. */
  readonly msMin: number;
  /** As much as waiting for more may add to the age of an event. */
  readonly msMax: number;
  /** The loop is at work for at most one part in so many. */
  readonly parts: number;
}

/** How long after a round that took `tookMs` began the next one begins, in ms. */
export const intervalMs = ({ msMin, msMax, parts }: Pacing, tookMs: number): number =>
  Math.min(Math.max(parts * tookMs, msMin), msMax);
