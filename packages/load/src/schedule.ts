/**
 * When the requests of an open loop are due: by the clock, evenly, whatever becomes of those before them. A latency that is
 * taken from this moment, and not from when the request could be sent at last, holds the time that it waited for its turn:
 * what a caller would have felt, and what a closed loop leaves out.
 */

/** How many requests are due until now: in all at least one, however short the time and low the rate. */
export function dueUntil(elapsedMs: number, perSecond: number, durationMs: number): number {
  if (elapsedMs <= 0) return 0;
  const whole = Math.max(1, Math.floor((durationMs / 1000) * perSecond));
  return elapsedMs >= durationMs ? whole : Math.min(whole, Math.floor((elapsedMs / 1000) * perSecond) + 1);
}

/** When the request at this place, from 0, is due, in milliseconds from the start. */
export const dueAtMs = (place: number, perSecond: number): number => (place / perSecond) * 1000;
