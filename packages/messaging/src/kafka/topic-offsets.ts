/** Where the partitions of a topic begin and end, also while the brokers are still agreeing on who leads them. */
import { setTimeout as delay } from 'node:timers/promises';
import type kafkajs from 'kafkajs';

export type TopicOffsets = Awaited<ReturnType<kafkajs.Admin['fetchTopicOffsets']>>;

const TIMEOUT_MS = 15_000;
const POLL_MS = 50;

/**
 * The first offset and the one after the last (`low`, `high`) of each partition of a topic, which must exist. A
 * partition that was added or moved a moment ago has a broker that doesn't know yet that it leads it: this asks again
 * for 15 s, and rejects with the broker's last error then, or at once with one that no retry mends.
 */
export async function topicOffsets(
  admin: Pick<kafkajs.Admin, 'fetchTopicOffsets'>,
  topic: string,
): Promise<TopicOffsets> {
  for (const endMs = performance.now() + TIMEOUT_MS; ; await delay(POLL_MS)) {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      if (!(error as Partial<kafkajs.KafkaJSError>).retriable || performance.now() > endMs) throw error;
    }
  }
}
