/**
 * Sends heartbeats of a group member at intervals while some work is in progress. A failed heartbeat doesn't fail the
 * work, because the consumer detects on its own that it has to rejoin.
 */
export async function whileBeating<T>(
  heartbeat: () => Promise<void>,
  everyMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const beat = setInterval(() => void heartbeat().catch(() => {}), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
