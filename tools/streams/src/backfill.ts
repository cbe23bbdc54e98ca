/**
 * Backfill: copies the whole history of a stream to a new topic for a new subscriber, while the system runs. It first
 * records the offsets of the live topic. An event is in the journal before it is on the live topic, so every event that
 * the subsequent journal scan misses is on the live topic at or after those offsets. Events on both topics are
 * duplicates, recognisable by their version. If the number of partitions in use is raised meanwhile, the events of some
 * customers since those offsets are in two partitions, which a reader may read in the wrong order, so there is no plan.
 */

import { CommandError } from '@mo/command';
import type { Stream } from '@mo/contracts';
import type { Database } from '@mo/database';
import {
  type Kafka,
  type OutgoingMessage,
  type PartitionEnd,
  Partitioning,
  type Producer,
  scanJournal,
  type Topics,
  toMessage,
} from '@mo/messaging';

/** Events per page that is read and sent. */
const PAGE_EVENTS_MAX = 2_000;
const SEND_ATTEMPTS_MAX = 20;
const SEND_PAUSE_MS = 500;

export interface BackfillOptions {
  readonly stream: Stream;
  readonly database: Database;
  readonly kafka: Kafka & Topics;
  /** The live topic of the stream. */
  readonly topic: string;
  /** The topic for the subscriber; it is created, and must be empty. */
  readonly to: string;
  /** When aborted, the backfill ends between two pages. */
  readonly signal: AbortSignal;
  readonly onProgress: (events: number) => void;
}

/** Instructions for the subscriber. */
export interface BackfillPlan {
  readonly events: number;
  readonly customers: number;
  /** First, it reads this topic, each partition up to its offset. */
  readonly read: { readonly topic: string; readonly until: readonly PartitionEnd[] };
  /** Then it reads the live topic, each partition from its offset. */
  readonly resume: { readonly topic: string; readonly from: readonly PartitionEnd[] };
}

/**
 * @throws CommandError if the topics are unsuitable, or partitions were added meanwhile; the signal's reason once it is
 *   aborted
 */
export async function backfill(options: BackfillOptions): Promise<BackfillPlan> {
  const { stream, database, kafka, topic, to, signal } = options;
  const partitioning = new Partitioning(database);
  const partitions = (await kafka.ends(topic))?.length;
  if (partitions === undefined) throw new CommandError(`there is no topic ${topic}`);
  await makeTopic(kafka, to, partitions);
  const inUse = await partitioning.read();
  const from = (await kafka.ends(topic)) ?? [];
  const producer = await kafka.producer();
  const sent = { events: 0, customers: 0 };
  let last = '';
  try {
    for await (const rows of scanJournal(database, PAGE_EVENTS_MAX)) {
      signal.throwIfAborted();
      const messages = rows.map((row) => toMessage(stream, row));
      await send(producer, to, messages, signal);
      for (const { customer_id } of rows) {
        if (customer_id !== last) sent.customers += 1;
        last = customer_id;
      }
      sent.events += rows.length;
      options.onProgress(sent.events);
    }
  } finally {
    await producer.close();
  }
  if (inUse !== null && (await partitioning.read()) !== inUse)
    throw new CommandError(`partitions of ${topic} were added meanwhile: repeat the backfill with another topic`);
  return { ...sent, read: { topic: to, until: (await kafka.ends(to)) ?? [] }, resume: { topic, from } };
}

async function makeTopic(kafka: Kafka & Topics, to: string, partitions: number): Promise<void> {
  await kafka.ensureTopics([to], partitions);
  const ends = (await kafka.ends(to)) ?? [];
  if (ends.some(({ offset }) => offset !== '0'))
    throw new CommandError(`${to} has messages already: a backfill needs an empty topic, name another`);
}

/**
 * Sends a page, and retries while the broker is unreachable: the part that it already had is then duplicated, in order.
 */
async function send(
  producer: Producer,
  topic: string,
  messages: readonly OutgoingMessage[],
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await producer.send(topic, messages);
      return;
    } catch (error) {
      if (attempt === SEND_ATTEMPTS_MAX) throw error;
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, SEND_PAUSE_MS));
    }
  }
}
