/**
 * The arrival schedule of an open loop: requests are due at even intervals, whatever happens to earlier ones. A latency
 * measured from the due time, not from the actual send, includes the time spent waiting to be sent. This is what a
 * caller experiences; a closed loop omits it (coordinated omission).
 */

/** How many requests are due by now. The total is at least one, however short the duration and low the rate. */
export function dueUntil(elapsedMs: number, perSecond: number, durationMs: number): number {
  if (elapsedMs <= 0) return 0;
  const total = Math.max(1, Math.floor((durationMs / 1000) * perSecond));
  return elapsedMs >= durationMs ? total : Math.min(total, Math.floor((elapsedMs / 1000) * perSecond) + 1);
}

/** When the request with this index (from 0) is due, in milliseconds from the start. */
export const dueAtMs = (index: number, perSecond: number): number => (index / perSecond) * 1000;
