/** Retries: a call is sent again after no answer, after 429 and after 503, within the limits below. */
import type { Optional } from './optional.ts';
import { checkLimit } from './time-limit.ts';

export interface RetryLimits {
  /** The most attempts of a call, including the first; 1 disables retries. More are made only without an answer. */
  readonly attemptsMax: number;
  /**
   * The most attempts of a call that gets no answer. Those beyond `attemptsMax` start within its first minute,
   * and only if the URL has answered this client before. By default `attemptsMax` if you set that.
   */
  readonly unansweredMax: number;
  /** The time limit of a call, including waits between attempts. */
  readonly timeoutMs: number;
  /** The time limit of one attempt, after which the call is sent again. */
  readonly attemptTimeoutMs: number;
  /** The wait before a retry is random, between 0 and a bound. The bound starts at this value and doubles … */
  readonly backoffMinMs: number;
  /** … up to this value. A Retry-After of the answer is added. */
  readonly backoffMaxMs: number;
}

/** The limit of an attempt exceeds that of the gateway, which is 30 seconds. */
export const RETRY_LIMITS: RetryLimits = {
  attemptsMax: 5,
  unansweredMax: 25,
  timeoutMs: 60_000,
  attemptTimeoutMs: 35_000,
  backoffMinMs: 100,
  backoffMaxMs: 10_000,
};

/** @throws TypeError that names the invalid limit */
export function limitsOf(given: Optional<Partial<RetryLimits>>): RetryLimits {
  const set = Object.fromEntries(Object.entries(given).filter(([, limit]) => limit !== undefined));
  const limits = { ...RETRY_LIMITS, unansweredMax: given.attemptsMax ?? RETRY_LIMITS.unansweredMax, ...set };
  for (const [name, limit] of Object.entries(limits)) checkLimit(`retry.${name}`, limit);
  return limits;
}

/** A call with 429 had no effect. A call with 503 may have had one, so only repeatable requests are sent again. */
export const mayComeBack = (status: number): boolean => status === 429 || status === 503;

/** The wait after an attempt, with full jitter, so that callers who failed together don't retry together. */
export function backoffMs(attempts: number, limits: RetryLimits, random: () => number = Math.random): number {
  return random() * Math.min(limits.backoffMinMs * 2 ** (attempts - 1), limits.backoffMaxMs);
}

/** Parses Retry-After, which is seconds or an HTTP date, to ms from now; null if it is missing or invalid. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.max(waitMs, 0);
}

/** Waits; rejects with the signal's reason when it is aborted. */
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
