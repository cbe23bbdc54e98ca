/**
 * Cooperative scheduling of long computations. A customer may have tens of thousands of events, and a computation over
 * all of them shares an event loop with waiting callers. So it runs for a few milliseconds at a time and yields to them
 * in between.
 */
import { setImmediate } from 'node:timers/promises';

const TURN_MS = 5;

/** Runs a computation that yields wherever it may be interrupted. Resolves with its return value. */
export async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  for (let endMs = performance.now() + TURN_MS; ; ) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < endMs) continue;
    await setImmediate();
    endMs = performance.now() + TURN_MS;
  }
}
