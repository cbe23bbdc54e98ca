import { setTimeout as delay } from 'node:timers/promises';

const DEADLINE_MS = 45_000;
const PAUSE_MS = 50;

/** Waits until an expectation is met; after the deadline fails with the expectation's error. */
export async function eventually(expectation: () => void): Promise<void> {
  let last: unknown;
  const isMet = () => {
    try {
      expectation();
      return true;
    } catch (error) {
      last = error;
      return false;
    }
  };
  await waitFor(async () => isMet()).catch(() => {
    throw last;
  });
}

/** Waits until `holds` returns anything but false, null or undefined, and returns it; fails after the deadline. */
export async function waitFor<T>(holds: () => Promise<T>): Promise<Exclude<T, false | null | undefined>> {
  for (const endMs = Date.now() + DEADLINE_MS; ; await delay(PAUSE_MS)) {
    const held = await holds();
    if (held !== false && held !== null && held !== undefined) return held as Exclude<T, false | null | undefined>;
    if (Date.now() > endMs) throw new Error(`the condition did not hold within ${DEADLINE_MS} ms: ${holds.toString()}`);
  }
}
