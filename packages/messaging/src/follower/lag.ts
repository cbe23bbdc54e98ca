/**
 * How far a consumer group is behind its topics, in messages and in seconds. The age of a message is unknown until it
 * is read, so the end offsets of the partitions are noted at intervals: an unread message before a noted end has waited
 * at least since that note. So the lag of a group that keeps up is 0 s, and that of a group that makes no progress
 * grows steadily, whether its processes run or not.
 */
import type { PartitionProgress } from '../kafka/port.ts';
import { partitionKey } from '../kafka/topic-partition.ts';

/**
 * The most notes of a partition. Beyond that, every second one is dropped, so the lag is underestimated a little more.
 */
const NOTES_MAX = 256;

interface Note {
  readonly atMs: number;
  readonly end: bigint;
}

export interface Lag {
  readonly events: number;
  readonly seconds: number;
}

export class LagHistory {
  readonly #notes = new Map<string, Note[]>();

  /**
   * Notes a group's progress in the partitions of a topic, and returns how far the group is behind.
   *
   * @param nowMs of a monotonic clock
   */
  note(topic: string, partitions: readonly PartitionProgress[], nowMs: number): Lag {
    let events = 0;
    let seconds = 0;
    for (const { partition, committed, end } of partitions) {
      const key = partitionKey({ topic, partition });
      const notes = (this.#notes.get(key) ?? []).filter((note) => note.end > committed);
      if (end > committed) notes.push({ atMs: nowMs, end });
      this.#notes.set(key, notes.length > NOTES_MAX ? notes.filter((_, place) => place % 2 === 0) : notes);
      events += Number(end - committed);
      seconds = Math.max(seconds, (nowMs - (notes[0]?.atMs ?? nowMs)) / 1_000);
    }
    return { events, seconds };
  }

  /** Drops all notes: another process has been measuring since. */
  clear(): void {
    this.#notes.clear();
  }
}
