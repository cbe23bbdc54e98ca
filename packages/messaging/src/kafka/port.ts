/** Kafka as the rest of the code sees it: a port, because its client will be replaced one day. */

export interface OutgoingMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The exact bytes of a message. A client that can't send a header without a value sends an empty value. */
export interface RawMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** A header that occurs several times has a list of values. */
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[]>>;
}

/** A message with its parts decoded as UTF-8 text. */
export interface IncomingMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The exact bytes, for forwarding the message unchanged. */
  readonly raw: RawMessage;
}

/** The broker refuses this message, and retries would not help. */
export class MessageRefusedError extends Error {
  override readonly name = 'MessageRefusedError';
}

export interface Producer {
  /**
   * Sends messages to a topic as one batch, in order for each key, and resolves once all in-sync replicas have them.
   * Messages are spread by key over the topic's first `partitions` partitions, or over all if it is left out, with the
   * partitioner of all Kafka clients.
   *
   * @throws MessageRefusedError if the broker refuses a message permanently; any other error may be transient
   */
  send(topic: string, messages: readonly (OutgoingMessage | RawMessage)[], partitions?: number): Promise<void>;
  close(): Promise<void>;
}

export interface Subscription {
  /** Whether the broker considers it a member of its group, as far as is known. */
  readonly isConnected: boolean;
  close(): Promise<void>;
}

/**
 * How soon messages must arrive; later is cheaper. `prompt`: at once. `relaxed`: the first of a burst at once, the rest
 * within some tenths of a second. `seldom`: within seconds.
 */
export type Pace = 'prompt' | 'relaxed' | 'seldom';

export interface Kafka {
  /** Creates missing topics. */
  ensureTopics(topics: readonly string[], partitions: number): Promise<void>;
  producer(): Promise<Producer>;
  /**
   * Reads topics from their earliest offset, as a member of the group. A partition's messages arrive in order; its
   * offset is committed after the handler has resolved, and after an error the same messages are delivered again. A
   * handler that takes seconds delays only the messages of its own partition, unless many handlers do.
   *
   * @param pace how soon messages arrive; `prompt` by default
   * @param ensure creates missing topics: called before the consumer reconnects, because a topic may have been deleted.
   *   On the first connect all topics must exist
   */
  subscribe(
    group: string,
    topics: readonly string[],
    handle: (messages: IncomingMessage[]) => Promise<void>,
    pace?: Pace,
    ensure?: () => Promise<void>,
  ): Promise<Subscription>;
}

/** Queries and changes of a broker's topics. */
export interface Topics {
  /** The offset that each partition's next message gets; null if the topic doesn't exist. */
  ends(topic: string): Promise<readonly PartitionEnd[] | null>;
  /** Raises the number of partitions to `partitions`. */
  raise(topic: string, partitions: number): Promise<void>;
}

/** Reads topics without committing offsets, so nobody waits for the reader. */
export interface TopicReader {
  /**
   * Reads a topic from its beginning to its current end, each partition in order. Survives a short outage of Kafka.
   *
   * @throws SilenceError if messages stop arriving; any error of `take`
   */
  readTopic(topic: string, take: (messages: readonly IncomingMessage[]) => Promise<void>): Promise<void>;
}

/** Queries about consumer groups. */
export interface Groups {
  /** A group's progress in each partition of some topics, by topic; topics that don't exist are left out. */
  progress(group: string, topics: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionProgress[]>>;
  /** Every group that has committed an offset of a topic, with its number of unread messages. */
  readers(topic: string): Promise<ReadonlyMap<string, bigint>>;
}

export interface PartitionProgress {
  readonly partition: number;
  /** The next offset that the group reads; the earliest one if the group's commit is missing or out of range. */
  readonly committed: bigint;
  /** The offset that the partition's next message gets. */
  readonly end: bigint;
}

export interface PartitionEnd {
  readonly partition: number;
  readonly offset: string;
}
