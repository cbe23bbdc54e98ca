/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The position of a reader in a partition. */
export interface PartitionOffset extends TopicPartition {
  /** The offset of the next message to read. */
  readonly offset: string;
}

/** The key of a partition in maps and sets: different for any two partitions, because no topic's name has a slash. */
export const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
