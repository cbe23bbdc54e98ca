/**
 * Follows the plan of `mo backfill`: reads the history from its topic to the end, then lets the group continue with the
 * live topic from the plan's offsets. These are committed last: until then, a restart reads the history again, and the
 * ledger skips the events that it knows.
 */
import type { Admin, Consumer, KafkaMessage } from 'kafkajs';

type Offsets = readonly { readonly partition: number; readonly offset: string }[];

/** The file that `mo backfill --plan` writes. */
export interface Plan {
  readonly read: { readonly topic: string; readonly until: Offsets };
  readonly resume: { readonly topic: string; readonly from: Offsets };
}

export interface Group {
  readonly groupId: string;
  /** Already connected. */
  readonly admin: Admin;
  /** Not connected yet; disconnected at the end. */
  readonly consumer: Consumer;
}

/**
 * @returns whether the plan is complete; false if `stopped` resolved first
 * @throws Error if the plan is too old, because partitions were added to the live topic since
 */
export async function followPlan(
  { read, resume }: Plan,
  { groupId, admin, consumer }: Group,
  apply: (messages: readonly KafkaMessage[]) => void,
  stopped: Promise<void>,
): Promise<boolean> {
  const [committed] = await admin.fetchOffsets({ groupId, topics: [resume.topic] });
  // A group that has read the live topic before has committed offsets too, but lower ones than the plan's.
  const reached = new Map(committed?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
  if (resume.from.every(({ partition, offset }) => (reached.get(partition) ?? -1n) >= BigInt(offset))) return true;
  const left = new Map(read.until.map(({ partition, offset }) => [partition, BigInt(offset)]));
  const ended = Promise.withResolvers<void>();
  const reach = (partition: number, next: bigint) => {
    if (next >= (left.get(partition) ?? 0n)) left.delete(partition);
    if (left.size === 0) ended.resolve();
  };
  for (const partition of left.keys()) reach(partition, 0n);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [read.topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        try {
          apply(batch.messages);
          reach(batch.partition, BigInt(batch.lastOffset()) + 1n);
        } catch (error) {
          ended.reject(error);
          throw error;
        }
      },
    });
    const isComplete = await Promise.race([ended.promise.then(() => true), stopped.then(() => false)]);
    if (!isComplete) return false;
  } finally {
    await consumer.disconnect();
  }
  // A customer's events since the plan may be in two partitions, of which the newer may be read first.
  if ((await admin.fetchTopicOffsets(resume.topic)).length > resume.from.length)
    throw new Error(`partitions were added to ${resume.topic} after this plan: ask for a new backfill`);
  await admin.setOffsets({ groupId, topic: resume.topic, partitions: [...resume.from] });
  return true;
}
