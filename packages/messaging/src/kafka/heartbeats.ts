/**
 * Tells Kafka now and then, while something is under way, that this member of a group is there still. A beat that fails
 * is no trouble of the work: the consumer learns by itself that it has to join anew.
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
