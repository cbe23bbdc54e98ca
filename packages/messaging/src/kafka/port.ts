/**
 * Kafka, as the rest of the code sees it: the one port in this system. The client behind it will be replaced one day.
 */

export interface OutgoingMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message to the byte. A client that can't send a header without a value sends an empty one. */
export interface RawMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** A header that is there several times has a list. */
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[]>>;
}

/** A message, its parts read as UTF-8 text. */
export interface IncomingMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The same to the byte, for what is sent on as it came. */
  readonly raw: RawMessage;
}

/** The broker refuses this very message, however often it is sent. */
export class MessageRefusedError extends Error {
  override readonly name = 'MessageRefusedError';
}

export interface Producer {
  /**
   * Sends messages to a topic as one batch, in order for each key, and resolves once all replicas in sync have them. They
   * are spread by key over the topic's first `partitions`, as every client of Kafka does over all; over all where it is left
   * out.
   *
   * @throws MessageRefusedError where the broker refuses a message for good; any other error may pass
   */
  send(topic: string, messages: readonly (OutgoingMessage | RawMessage)[], partitions?: number): Promise<void>;
  close(): Promise<void>;
}

export interface Subscription {
  /** Whether the broker counts it as a member of its group, as far as is known. */
  readonly isConnected: boolean;
  close(): Promise<void>;
}

/**
 * How soon messages are wanted, where later costs less: at once; the first of some at once, and those after it within some
 * tenths of a second; or within seconds.
 */
export type Pace = 'prompt' | 'relaxed' | 'seldom';

export interface Kafka {
  /** Makes the topics that are missing. */
  ensureTopics(topics: readonly string[], partitions: number): Promise<void>;
  producer(): Promise<Producer>;
  /**
   * Reads topics from their earliest offset, as a member of the group. A partition's messages come in order; its offset is
   * committed once the handler has resolved, and after an error the same messages come again. A handler that takes
   * seconds delays the messages of its own partition alone, unless many do.
   *
   * @param pace how soon messages come; at once where it is left out
   * @param ensure makes the topics where they are missing: called before the consumer connects again, because a topic
   *   may have been deleted. The first time all topics must exist
   */
  subscribe(
    group: string,
    topics: readonly string[],
    handle: (messages: IncomingMessage[]) => Promise<void>,
    pace?: Pace,
    ensure?: () => Promise<void>,
  ): Promise<Subscription>;
}

/** What is asked of a broker about its topics. */
export interface Topics {
  /** For each partition the offset that its next message gets; null where there is no such topic. */
  ends(topic: string): Promise<readonly PartitionEnd[] | null>;
  /** Adds partitions, until there are so many. */
  raise(topic: string, partitions: number): Promise<void>;
}

/** Reads topics without committing offsets, so nobody waits for the reader. */
export interface TopicReader {
  /**
   * Reads a topic from its beginning to its current end, each partition in order. It survives a short outage of Kafka.
   *
   * @throws SilenceError if nothing arrives any more; any error of `take`
   */
  readTopic(topic: string, take: (messages: readonly IncomingMessage[]) => Promise<void>): Promise<void>;
}

/** What is asked of a broker about consumer groups. */
export interface Groups {
  /** How far a group has come in each partition of some topics, by topic; a topic that doesn't exist is left out. */
  progress(group: string, topics: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionProgress[]>>;
  /** Every group that has committed an offset of a topic, and how many messages it has yet to read. */
  readers(topic: string): Promise<ReadonlyMap<string, bigint>>;
}

export interface PartitionProgress {
  readonly partition: number;
  /** The next message that the group reads; the earliest there is, where it has committed none, or one that isn't there. */
  readonly committed: bigint;
  /** The offset that the partition's next message gets. */
  readonly end: bigint;
}

export interface PartitionEnd {
  readonly partition: number;
  readonly offset: string;
}
