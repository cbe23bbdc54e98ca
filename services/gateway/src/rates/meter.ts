/** Rate limits of callers. */

/** The result of requesting one more call. */
export interface Taken {
  /** 0 if the call is allowed; otherwise the time until it will be, in ms. */
  readonly waitMs: number;
  /** The number of requests left now. */
  readonly left: number;
}

export interface Meter {
  /** Requests per second. */
  readonly rate: number;
  take(nowMs: number): Taken | Promise<Taken>;
}

/** The burst size: one second's worth of requests, but at least one. */
export const capacityOf = (rate: number): number => Math.max(1, rate);

/** The longest time in headers: very low rates would give numbers with exponents, which HTTP does not allow. */
const SECONDS_MAX = 365 * 86_400;

const secondsIn = (seconds: number): number => Math.min(SECONDS_MAX, Math.max(1, seconds));

/** The value of Retry-After. */
export const retryAfter = (waitMs: number): string => String(secondsIn(Math.ceil(waitMs / 1000)));

/** The rate-limit headers of an answer (draft-ietf-httpapi-ratelimit-headers), as a flat list of names and values. */
export function rateHeaders({ rate }: Meter, { left }: Taken): string[] {
  const quota = Math.floor(capacityOf(rate));
  const windowSeconds = secondsIn(Math.round(1 / rate));
  const fullInSeconds = secondsIn(Math.ceil((quota - left) / rate));
  return ['ratelimit-policy', `"key";q=${quota};w=${windowSeconds}`, 'ratelimit', `"key";r=${left};t=${fullInSeconds}`];
}
