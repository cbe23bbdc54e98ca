/** When a delivery that failed is tried again. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** After the first failure, after the second, and so on; after later ones as long as after the last one. */
const PAUSES_MS = [5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS];
const LATER_PAUSE_MS = 4 * HOUR_MS;
/** So that what failed together is not tried again together. */
const JITTER = 0.2;

/** What has not been delivered for so long since it was to be is given up. */
export const DELIVERY_MS_MAX = 72 * HOUR_MS;
/** What a receiver may ask for by Retry-After. */
const RETRY_AFTER_MS_MAX = 4 * HOUR_MS;

/**
 * How long to wait before the next attempt.
 *
 * @param attempts how often it was tried, 1 or more
 * @param retryAfterMs what the receiver asked for; null where it asked for nothing
 * @param random from 0 to 1
 */
export function pauseMs(attempts: number, retryAfterMs: number | null, random: number): number {
  const pause = PAUSES_MS[attempts - 1] ?? LATER_PAUSE_MS;
  const spread = pause * (1 + JITTER * (2 * random - 1));
  return Math.round(Math.max(spread, Math.min(retryAfterMs ?? 0, RETRY_AFTER_MS_MAX)));
}

/**
 * Reads Retry-After (RFC 9110, 10.2.3): seconds, or a date.
 *
 * @returns milliseconds from now; null where it is missing or says nothing
 */
export function readRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND_MS;
  // A date begins with its day; Date.parse would take much else for one, too.
  const atMs = /^[A-Z][a-z]{2}/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
