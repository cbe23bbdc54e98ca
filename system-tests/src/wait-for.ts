import { setTimeout as delay } from 'node:timers/promises';

const DEADLINE_MS = 45_000;
const PAUSE_MS = 50;

/** Waits until something holds, or fails at a deadline. */
export async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`not so within ${DEADLINE_MS} ms: ${holds.toString()}`);
    await delay(PAUSE_MS);
  }
}
