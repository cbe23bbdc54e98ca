/**
 * Raises the partitions of a stream's topic while the system works, and keeps each customer's events in order for whoever
 * reads the topic. Most customers get another partition by it, so what is in the old ones has to be read first:
 *
 *  1. the relay's lease is taken, so nothing is sent; what is written waits in the outbox, and callers notice nothing;
 *  2. every consumer group that reads the topic comes to its end;
 *  3. the partitions are added, and taken into use; the lease is given back.
 *
 * Whatever stops it before the last step, the relay goes on as before.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '@mo/command';
import type { Database } from '@mo/database';
import { type Groups, LEASE_RENEWAL_MS, Lease, Partitioning, processName, type Topics } from '@mo/messaging';

const POLL_MS = 200;
/** Longer than any pause of a busy machine; where this process dies, the relay is held up for so long. */
const LEASE_MS = 10_000;

export interface RaiseOptions {
  readonly database: Database;
  readonly kafka: Topics & Pick<Groups, 'readers'>;
  readonly topic: string;
  readonly to: number;
  /** Consumer groups that nobody uses any more: they need not come to the end. */
  readonly without: readonly string[];
  /** How long the groups may take. */
  readonly waitMs: number;
  /** Told of what is waited for: how many messages groups have yet to read. */
  readonly onWaiting: (messages: number) => void;
}

export interface Raised {
  readonly topic: string;
  readonly from: number;
  readonly to: number;
}

/** @throws CommandError where the number is too low, or a group does not come to the end in time */
export async function raisePartitions(options: RaiseOptions): Promise<Raised> {
  const { database, kafka, topic, to } = options;
  const partitioning = new Partitioning(database);
  const ends = await kafka.ends(topic);
  if (ends === null) throw new CommandError(`there is no topic ${topic}`);
  const from = await partitioning.inUse(topic, kafka);
  if (to < Math.max(from, ends.length))
    throw new CommandError(`${topic} has ${Math.max(from, ends.length)} partitions already: Kafka can only add some`);
  if (to === from) return { topic, from, to };
  const lease = new Lease(database, processName(), LEASE_MS);
  await whileHolding(lease, async (signal) => {
    await untilRead(options, signal);
    if (to > ends.length) await kafka.raise(topic, to);
    if (!(await partitioning.change(to, lease.holder))) throw lost();
  });
  return { topic, from, to };
}

const lost = () => new CommandError("the relay's lease was lost on the way: nothing is changed, try again");

/** Keeps a lease while some work goes on, which is told to stop, and fails, where the lease could not be kept. */
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

/** What is in the topic now is read by all; since the lease was taken, nothing more is sent. */
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
      `not everybody has come to the end of ${topic}: ${behind}. Nothing was changed. ` +
        'Wait for them, or name those that nobody uses any more by --without',
    );
  }
}
