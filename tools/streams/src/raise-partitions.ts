/**
 * Raises the number of partitions of a stream's topic while the system runs, and preserves the order of each customer's
 * events for all groups that read it. Most customers move to another partition, so the old partitions must be read to
 * the end first:
 *
 * 1. Take the relay's lease, so that nothing is sent. New events wait in the outbox, and callers notice nothing.
 * 2. Wait until every consumer group of the topic has read to its end.
 * 3. Add the partitions, put them into use, and release the lease.
 *
 * If anything stops it before the last step, the relay continues as before.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '@mo/command';
import type { Database } from '@mo/database';
import { type Groups, LEASE_RENEWAL_MS, Lease, Partitioning, processName, type Topics } from '@mo/messaging';

const POLL_MS = 200;
/** Longer than any pause of a busy machine. If this process dies, the relay is blocked for that long. */
const LEASE_MS = 10_000;

export interface RaiseOptions {
  readonly database: Database;
  readonly kafka: Topics & Pick<Groups, 'readers'>;
  readonly topic: string;
  readonly to: number;
  /** Abandoned consumer groups, which are not waited for. */
  readonly without: readonly string[];
  /** The longest wait for the groups. */
  readonly waitMs: number;
  /** Called with the number of messages that the groups have not read yet. */
  readonly onWaiting: (messages: number) => void;
}

export interface Raised {
  readonly topic: string;
  readonly from: number;
  readonly to: number;
}

/** @throws CommandError if the number is too low, or a group does not reach the end in time */
export async function raisePartitions(options: RaiseOptions): Promise<Raised> {
  const { database, kafka, topic, to } = options;
  const partitioning = new Partitioning(database);
  const ends = await kafka.ends(topic);
  if (ends === null) throw new CommandError(`there is no topic ${topic}`);
  const from = await partitioning.inUse(topic, kafka);
  if (to < Math.max(from, ends.length))
    throw new CommandError(
      `${topic} has ${Math.max(from, ends.length)} partitions already: Kafka can only add partitions`,
    );
  if (to === from) return { topic, from, to };
  const lease = new Lease(database, processName(), LEASE_MS);
  await whileHolding(lease, async (signal) => {
    await untilRead(options, signal);
    if (to > ends.length) await kafka.raise(topic, to);
    if (!(await partitioning.change(to, lease.holder))) throw lost();
  });
  return { topic, from, to };
}

const lost = () => new CommandError("the relay's lease was lost meanwhile: nothing was changed, try again");

/** Holds a lease during some work. If the lease is lost, aborts the work and throws. */
async function whileHolding(lease: Lease, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const keep = async () => {
    for (;;) {
      await delay(LEASE_RENEWAL_MS, undefined, { signal });
      if ((await lease.hold()) !== 'renewed') throw lost();
    }
  };
  await lease.take();
  const both = [keep(), work(signal)];
  try {
    await Promise.race(both);
  } finally {
    ending.abort();
    await Promise.allSettled(both);
    await lease.release();
  }
}

/** Waits until all groups have read the topic. Under the lease nothing more is sent. */
async function untilRead(
  { kafka, topic, without, waitMs, onWaiting }: RaiseOptions,
  signal: AbortSignal,
): Promise<void> {
  for (const endMs = Date.now() + waitMs; ; await delay(POLL_MS, undefined, { signal })) {
    const readers = [...(await kafka.readers(topic))].filter(
      ([group, unread]) => unread > 0n && !without.includes(group),
    );
    onWaiting(readers.reduce((sum, [, unread]) => sum + Number(unread), 0));
    if (readers.length === 0) return;
    if (Date.now() < endMs) continue;
    const behind = readers.map(([group, unread]) => `${group} has ${unread} to read`).join(', ');
    throw new CommandError(
      `some consumer groups have not reached the end of ${topic}: ${behind}. Nothing was changed. ` +
        'Wait for them, or exclude abandoned groups with --without',
    );
  }
}
