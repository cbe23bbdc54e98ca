import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Polls a condition until it is true, the timeout has passed, or the signal is aborted. A condition that throws counts
 * as false.
 *
 * @returns whether the condition became true
 */
export async function poll(
  condition: () => Promise<boolean> | boolean,
  timeoutMs: number,
  everyMs = 50,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const isTrue = await Promise.resolve()
      .then(condition)
      .catch(() => false);
    if (isTrue) return true;
    if (Date.now() >= deadline || signal?.aborted) return false;
    await sleep(everyMs);
  }
}
