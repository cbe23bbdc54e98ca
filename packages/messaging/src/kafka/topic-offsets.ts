/** The first and end offsets of a topic's partitions, also while the brokers are still electing leaders. */
import { setTimeout as delay } from 'node:timers/promises';
import type kafkajs from 'kafkajs';

export type TopicOffsets = Awaited<ReturnType<kafkajs.Admin['fetchTopicOffsets']>>;

const TIMEOUT_MS = 15_000;
const POLL_MS = 50;

/**
 * The first offset and the one after the last (`low`, `high`) of each partition of a topic, which must exist. The
 * broker of a partition that was just added or moved may not know yet that it is the leader. So this retries for 15 s
 * and then rejects with the broker's last error; it rejects at once with an error that a retry can't fix.
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
