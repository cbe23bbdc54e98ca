import { setTimeout as delay } from 'node:timers/promises';

const DEADLINE_MS = 20_000;
const PAUSE_MS = 10;
/** What a check and its pause count at most: nothing can come to hold while the machine stands still. */
const ROUND_MS_MAX = 500;

/**
 * Waits until a condition of a test holds: a value but `false`, `null` and `undefined`, which is returned. After the
 * deadline the condition is checked once more, and its failure is thrown.
 *
 * @param what names the condition in the error; by default its source text
 */
export async function waitFor<T>(
  holds: () => Promise<T> | T,
  deadlineMs = DEADLINE_MS,
  what = holds.toString(),
): Promise<Held<T>> {
  for (let waitedMs = 0, lookedMs = performance.now(); waitedMs < deadlineMs; ) {
    try {
      const value = await holds();
      if (isHeld(value)) return value;
    } catch {
      // not yet
    }
    await delay(PAUSE_MS);
    const nowMs = performance.now();
    waitedMs += Math.min(nowMs - lookedMs, ROUND_MS_MAX);
    lookedMs = nowMs;
  }
  const value = await holds();
  if (isHeld(value)) return value;
  throw new Error(`the condition did not hold within ${deadlineMs} ms: ${what}`);
}

/** A value that counts as held: neither `false`, `null` nor `undefined`. */
type Held<T> = Exclude<T, false | null | undefined>;

const isHeld = <T>(value: T): value is Held<T> => value !== false && value !== undefined && value !== null;
