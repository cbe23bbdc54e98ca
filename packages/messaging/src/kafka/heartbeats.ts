/**
 * Heartbeats of a group member while some work is in progress. A failed heartbeat doesn't fail the work, because the
 * consumer detects on its own that it has to rejoin.
 */

/**
 * Sends heartbeats at intervals until some work is done, or may be left.
 *
 * @param mayLeave is called at each heartbeat
 * @returns whether the work is done
 * @throws what the work throws before it is left
 */
export async function beatUntil(
  work: Promise<unknown>,
  heartbeat: () => Promise<void>,
  everyMs: number,
  mayLeave: () => boolean,
): Promise<boolean> {
  const left = Promise.withResolvers<false>();
  const beat = setInterval(() => {
    heartbeat().catch(() => {});
    if (mayLeave()) left.resolve(false);
  }, everyMs);
  try {
    return await Promise.race([work.then(() => true), left.promise]);
  } finally {
    clearInterval(beat);
  }
}

/** Sends heartbeats at intervals until some work is done. */
export async function whileBeating<T>(
  heartbeat: () => Promise<void>,
  everyMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const working = work();
  await beatUntil(working, heartbeat, everyMs, () => false);
  return working;
}
