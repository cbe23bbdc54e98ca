import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until the answer is true or the deadline has passed; the answer then is false. A question that throws counts as
 * not yet.
 */
export async function poll(
  question: () => Promise<boolean> | boolean,
  timeoutMs: number,
  everyMs = 50,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await Promise.resolve()
      .then(question)
      .catch(() => false);
    if (answer) return true;
    if (Date.now() >= deadline) return false;
    await sleep(everyMs);
  }
}
