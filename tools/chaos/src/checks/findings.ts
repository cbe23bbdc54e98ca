/** How the outcome of a check is counted. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Tally } from '../tally.ts';

/** Some differences are found only by the sweep, which runs once a minute. */
const AGREEMENT_MS_MAX = 150_000;
const POLL_MS = 500;

/** Counts each finding of a check as a violation. @returns their number; null if the check could not be made */
export async function findings(
  { violate, fail }: Pick<Tally, 'violate' | 'fail'>,
  rule: string,
  check: () => Promise<readonly string[]>,
): Promise<number | null> {
  try {
    const details = await check();
    for (const detail of details) violate(rule, detail);
    return details.length;
  } catch (error) {
    fail(rule, error);
    return null;
  }
}

/**
 * Waits until nothing is pending. The look fails while a server restarts; if it still fails in the end, the rule could
 * not be checked.
 *
 * @param pending one text per part that is not done
 * @returns the time in s
 */
export async function drain(
  { violate, fail }: Pick<Tally, 'violate' | 'fail'>,
  rule: string,
  pending: () => Promise<readonly string[]>,
  waitMs = AGREEMENT_MS_MAX,
): Promise<number> {
  const startedMs = performance.now();
  for (;;) {
    const left = await pending().catch((error: unknown) => ({ error }));
    const tookMs = performance.now() - startedMs;
    if (!('error' in left) && left.length === 0) return tookMs / 1000;
    if (tookMs >= waitMs) {
      if ('error' in left) fail(rule, left.error);
      else for (const detail of left) violate(rule, detail);
      return tookMs / 1000;
    }
    await delay(POLL_MS);
  }
}
