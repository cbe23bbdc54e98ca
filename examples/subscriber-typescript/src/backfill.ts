/**
 * Does what the plan of `mo backfill` says: reads the history on its topic to the end, then has the group go on with the live
 * topic from the plan's offsets. They are committed last, so until then another start reads the history anew, and the ledger
 * skips what it knows.
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
  /** Connected. */
  readonly admin: Admin;
  /** One that is not connected yet, and is not used any more at the end. */
  readonly consumer: Consumer;
}

/** @returns whether it came to the end: once `stopped` resolves, it leaves off */
export async function followPlan(
  { read, resume }: Plan,
  { groupId, admin, consumer }: Group,
  apply: (messages: readonly KafkaMessage[]) => void,
  stopped: Promise<void>,
): Promise<boolean> {
  const [committed] = await admin.fetchOffsets({ groupId, topics: [resume.topic] });
  // A group that has read the live topic before has committed offsets, too, but stands before where the plan goes on.
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
    const isWhole = await Promise.race([ended.promise.then(() => true), stopped.then(() => false)]);
    if (!isWhole) return false;
  } finally {
    await consumer.disconnect();
  }
  await admin.setOffsets({ groupId, topic: resume.topic, partitions: [...resume.from] });
  return true;
}
