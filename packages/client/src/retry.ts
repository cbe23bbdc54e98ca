/** When a call is sent again: after no answer, after 429 and after 503, so many times and for so long. */

export interface RetryLimits {
  /** How often a call is sent at most, the first time included; 1 for never again. */
  readonly attemptsMax: number;
  /** How long a call may take in all, waits included. */
  readonly timeoutMs: number;
  /** How long an answer may take before the call is sent again. */
  readonly attemptTimeoutMs: number;
  /** The wait before an attempt is random, between 0 and a bound that begins here and doubles … */
  readonly backoffMinMs: number;
  /** … up to here. What Retry-After asks for comes on top. */
  readonly backoffMaxMs: number;
}

/** The gateway gives a call 30 seconds. */
export const RETRY_LIMITS: RetryLimits = {
  attemptsMax: 5,
  timeoutMs: 60_000,
  attemptTimeoutMs: 35_000,
  backoffMinMs: 100,
  backoffMaxMs: 10_000,
};

/** After a 429 nothing has happened; after a 503 it may have, and what has its effect once may be sent again. */
export const mayComeBack = (status: number): boolean => status === 429 || status === 503;

/** A random wait after so many attempts ("full jitter"), so that callers who failed together don't come back together. */
export function backoffMs(attempts: number, limits: RetryLimits, random: () => number = Math.random): number {
  return random() * Math.min(limits.backoffMinMs * 2 ** (attempts - 1), limits.backoffMaxMs);
}

/** Reads Retry-After, seconds or an HTTP date, as ms from now; null where it isn't there or is neither. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.max(waitMs, 0);
}

/** Waits; rejects with the signal's reason once it is aborted. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
