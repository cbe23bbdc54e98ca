/**
 * How far a consumer group is behind its topics: in messages, and for how long. A message tells nobody how old it is until
 * it is read, so the ends of the partitions are noted now and then: what lay before an end that was noted, and is not read
 * yet, has waited since then at least. So a group that keeps up waits 0 s, and one that stands still waits for ever longer,
 * whether its processes run or not.
 */
import type { PartitionProgress } from '../kafka/port.ts';

/** Notes of a partition; with more of them every second one goes, and the answer errs a little more towards too little. */
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
   * Takes what a broker tells of the partitions of a topic, and answers with how far the group is behind.
   *
   * @param nowMs by a clock that never leaps
   */
  note(topic: string, partitions: readonly PartitionProgress[], nowMs: number): Lag {
    let events = 0;
    let seconds = 0;
    for (const { partition, committed, end } of partitions) {
      const key = `${topic}/${partition}`;
      const notes = (this.#notes.get(key) ?? []).filter((note) => note.end > committed);
      if (end > committed) notes.push({ atMs: nowMs, end });
      this.#notes.set(key, notes.length > NOTES_MAX ? notes.filter((_, place) => place % 2 === 0) : notes);
      events += Number(end - committed);
      seconds = Math.max(seconds, (nowMs - (notes[0]?.atMs ?? nowMs)) / 1_000);
    }
    return { events, seconds };
  }

  /** Forgets all notes: others have noted since. */
  clear(): void {
    this.#notes.clear();
  }
}
