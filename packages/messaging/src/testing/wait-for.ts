import { setTimeout as delay } from 'node:timers/promises';

const DEADLINE_MS = 20_000;
const PAUSE_MS = 20;

/** Waits until something holds; after a deadline it is asked once more, and its failure is thrown. */
export async function waitFor<T>(holds: () => Promise<T> | T, deadlineMs = DEADLINE_MS): Promise<T> {
  const endMs = Date.now() + deadlineMs;
  while (Date.now() < endMs) {
    try {
      const value = await holds();
      if (value !== false && value !== undefined && value !== null) return value;
    } catch {
      // not yet
    }
    await delay(PAUSE_MS);
  }
  const value = await holds();
  if (value === false || value === undefined || value === null)
    throw new Error(`not so within ${deadlineMs} ms: ${holds.toString()}`);
  return value;
}
