import { setTimeout as delay } from 'node:timers/promises';

const DEADLINE_MS = 20_000;
const PAUSE_MS = 20;

/**
 * Waits until a condition holds. After the deadline it is checked once more, and its failure is thrown. Time is counted
 * by the pauses between the checks, because nothing can come to hold while the machine stands still.
 */
export async function waitFor<T>(holds: () => Promise<T> | T, deadlineMs = DEADLINE_MS): Promise<Held<T>> {
  for (let waitedMs = 0; waitedMs < deadlineMs; waitedMs += PAUSE_MS) {
    try {
      const value = await holds();
      if (isHeld(value)) return value;
    } catch {
      // not yet
    }
    await delay(PAUSE_MS);
  }
  const value = await holds();
  if (isHeld(value)) return value;
  throw new Error(`the condition did not hold within ${deadlineMs} ms: ${holds.toString()}`);
}

/** A value that counts as held: neither `false`, `null` nor `undefined`. */
type Held<T> = Exclude<T, false | null | undefined>;

const isHeld = <T>(value: T): value is Held<T> => value !== false && value !== undefined && value !== null;
