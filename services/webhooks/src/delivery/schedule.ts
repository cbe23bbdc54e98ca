/** When a failed delivery is tried again. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The pauses after the first, second, ... failure; after that LATER_PAUSE_MS. */
const PAUSES_MS = [5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS];
const LATER_PAUSE_MS = 4 * HOUR_MS;
/** Keeps deliveries that failed together from being tried again together. */
const JITTER = 0.2;

/** A delivery that has been pending for this long is given up after ATTEMPTS_MIN attempts. */
export const DELIVERY_MS_MAX = 72 * HOUR_MS;
/**
 * A delivery that waited behind another one may be older than DELIVERY_MS_MAX at its first attempt. Four pauses of the
 * schedule, about 13 minutes, then separate its first attempt from its last.
 */
export const ATTEMPTS_MIN = 5;
/** A delivery that has been pending for this long is given up after any number of attempts. */
const DELIVERY_MS_END = 2 * DELIVERY_MS_MAX;

/** @param attempts failed attempts so far, 1 or more @param ageMs how long the delivery has been pending */
export const isGivenUp = (attempts: number, ageMs: number): boolean =>
  ageMs >= (attempts >= ATTEMPTS_MIN ? DELIVERY_MS_MAX : DELIVERY_MS_END);

/** The longest pause that a receiver may request by Retry-After. */
const RETRY_AFTER_MS_MAX = 4 * HOUR_MS;

/**
 * The pause before the next attempt.
 *
 * @param failures number of failed attempts since the webhook was restarted, 1 or more
 * @param retryAfterMs the pause that the receiver requested; null if it requested none
 * @param random from 0 to 1
 */
export function pauseMs(failures: number, retryAfterMs: number | null, random: number): number {
  const pause = PAUSES_MS[failures - 1] ?? LATER_PAUSE_MS;
  const spread = pause * (1 + JITTER * (2 * random - 1));
  return Math.round(Math.max(spread, Math.min(retryAfterMs ?? 0, RETRY_AFTER_MS_MAX)));
}

/** Statuses whose Retry-After is about the sender, so that it applies to all messages. */
const BUSY = [429, 503];

/**
 * How long nothing is sent to a receiver after one of its answers, in milliseconds.
 *
 * @param answer the status; null if there was no answer
 * @param retryAfterMs the pause that the receiver requested; null if it requested none
 */
export const receiverPauseMs = (answer: number | null, retryAfterMs: number | null): number =>
  answer !== null && BUSY.includes(answer) ? Math.min(retryAfterMs ?? 0, RETRY_AFTER_MS_MAX) : 0;

/** The form of dates that C's `asctime` writes: Sun Nov  6 08:49:37 1994. */
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} [\d:]{8} \d{4}$/;

/**
 * Parses Retry-After (RFC 9110, 10.2.3): seconds or a date.
 *
 * @returns milliseconds from now; null if the header is missing or invalid
 */
export function readRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header) * SECOND_MS;
  // An HTTP date begins with the day of the week; Date.parse alone would accept many other texts as dates. Its form
  // without a time zone is GMT as well (RFC 9110, 5.6.7).
  const date = ASCTIME.test(header) ? `${header} GMT` : header;
  const atMs = /^[A-Z][a-z]{2}/.test(date) ? Date.parse(date) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
