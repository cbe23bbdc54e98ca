/**
 * The read positions of a consumer that commits nothing, or not everything that it has read. kafkajs loses them
 * whenever the consumer rejoins its group (for example after a broker's restart or a laptop's sleep), and would
 * continue from the committed offsets.
 */
import type { Consumer } from 'kafkajs';
import { type PartitionOffset, partitionKey } from './topic-partition.ts';

export class Positions {
  readonly #positions = new Map<string, PartitionOffset>();

  /** Must be called before the consumer runs. A partition without a position starts where the subscription specifies. */
  constructor(consumer: Consumer, starts: Iterable<PartitionOffset>) {
    for (const start of starts) this.#positions.set(partitionKey(start), start);
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const position of this.#positions.values()) consumer.seek(position);
    });
  }

  /** Moves the position of a partition past this message. */
  pass(topic: string, partition: number, offset: string): void {
    const position = { topic, partition, offset: String(BigInt(offset) + 1n) };
    this.#positions.set(partitionKey(position), position);
  }
}
