/** How often a caller may call. */

/** What came of asking to call once more. */
export interface Taken {
  /** 0 where it may; otherwise in how many milliseconds it may. */
  readonly waitMs: number;
  /** How many requests are left now. */
  readonly left: number;
}

export interface Meter {
  /** Requests per second. */
  readonly rate: number;
  take(nowMs: number): Taken | Promise<Taken>;
}

/** How many requests may come at once: a second's worth, but at least one. */
export const capacityOf = (rate: number): number => Math.max(1, rate);

/** What answers say of a rate (draft-ietf-httpapi-ratelimit-headers), as a flat list of names and values. */
export function rateHeaders({ rate }: Meter, { left }: Taken): string[] {
  const quota = Math.floor(capacityOf(rate));
  const windowSeconds = Math.max(1, Math.round(1 / rate));
  const fullInSeconds = Math.max(1, Math.ceil((quota - left) / rate));
  return ['ratelimit-policy', `"key";q=${quota};w=${windowSeconds}`, 'ratelimit', `"key";r=${left};t=${fullInSeconds}`];
}
