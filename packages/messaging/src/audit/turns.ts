/**
 * Long computations in turns. A customer may have tens of thousands of events, and whoever looks at all of them shares an
 * event loop with callers who wait: so it goes on for some milliseconds, and lets them come in between.
 */
import { setImmediate } from 'node:timers/promises';

const TURN_MS = 5;

/** Runs a computation that yields wherever it may be interrupted; answers with what it returns. */
export async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  for (let endMs = performance.now() + TURN_MS; ; ) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < endMs) continue;
    await setImmediate();
    endMs = performance.now() + TURN_MS;
  }
}
