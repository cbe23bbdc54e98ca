/** Makes what a broker answers to a fetch. */
import type { Message } from 'kafkajs';
import { protocolBefore } from '../src/kafka/quick-produce.ts';

export const TOPIC = 'mo.loans';
/** Of a Produce request for one partition, before its batch. */
const PRODUCE_HEAD_SIZE = 2 + 2 + 4 + 4 + (2 + TOPIC.length) + 4 + 4 + 4;
const ATTRIBUTES_AT = 22;

export interface GivenBatch {
  readonly messages: Message[];
  readonly firstOffset: number;
  /** Whether the batch is part of a transaction, marks the end of one, or has the broker's time. */
  readonly attributes: number;
}

/** A batch as a broker keeps it: as kafkajs sends it, but for what brokers set. */
export async function bytesOf({ messages, firstOffset, attributes }: GivenBatch, compression = 0): Promise<Buffer> {
  const topicData = [{ topic: TOPIC, partitions: [{ partition: 0, messages }] }];
  const given = { acks: -1, timeout: 1, compression, topicData };
  const { buffer } = await protocolBefore({ version: 7 })(given).request.encode();
  const bytes = Buffer.from(buffer.subarray(PRODUCE_HEAD_SIZE));
  bytes.writeBigInt64BE(BigInt(firstOffset), 0);
  bytes[ATTRIBUTES_AT] = (bytes[ATTRIBUTES_AT] as number) | attributes;
  return bytes;
}

/** The answer that holds these partitions of a topic. */
export function bodyOf(partitions: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(4 + 2 + 4 + 4 + 2 + TOPIC.length + 4);
  head.writeInt32BE(7, 0);
  head.writeInt32BE(1, 10);
  head.writeInt16BE(TOPIC.length, 14);
  head.write(TOPIC, 16);
  head.writeInt32BE(partitions.length, 16 + TOPIC.length);
  const parts = partitions.flatMap((records, partition) => {
    const before = Buffer.alloc(4 + 2 + 8 + 8 + 8 + 4 + 16 + 4 + 4);
    before.writeInt32BE(partition, 0);
    before.writeBigInt64BE(2n ** 40n, 6);
    before.writeInt32BE(1, 30);
    before.writeBigInt64BE(99n, 34);
    before.writeInt32BE(-1, 50);
    before.writeInt32BE(records.length, 54);
    return [before, records];
  });
  return Buffer.concat([head, ...parts]);
}
