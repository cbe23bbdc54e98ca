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
  /** The loop is at work for at most one part in so many, unless `msMax` cuts its rest short. */
  readonly parts: number;
}

/** How long after a round that took `tookMs` began the next one begins, in ms. */
export const intervalMs = ({ msMin, msMax, parts }: Pacing, tookMs: number): number =>
  Math.min(Math.max(parts * tookMs, msMin), msMax);

/** The relay's: it sets the pace of all that follow. */
export const RELAY_PACING: Pacing = { msMin: 40, msMax: 60, parts: 2 };

/**
 * That of whoever follows: where its round took no longer than the relay rests, it is back before the relay's next one, and waits at the
 * broker for what that sends. With a pace of its own an event would wait for the one and then for the other.
 */
export const FOLLOWER_PACING: Pacing = { msMin: 20, msMax: 30, parts: 2 };
