/**
 * Derives the number of partitions that a stream's relay used last from where its events are. No database contains a
 * number that was raised after the backup: each service stores only its own. But the relay places each event by its
 * customer and the number in use, so a few events beyond the partitions of the backup rule out every other number.
 */
import { type IncomingMessage, type PartitionEnd, partitionOf } from '@mo/messaging';

/** `events`: only this number explains where the events are. `guess`: several numbers do, or none. */
type Basis = 'events' | 'guess';

export interface Raise {
  /** The number of the backup; null if it had none. */
  readonly from: number | null;
  readonly to: number;
  readonly basis: Basis;
}

/** Collects the placement of events in the partitions that the backup did not use. */
export class Placement {
  readonly #from: number | null;
  readonly #partitions: number;
  /** The highest partition with an event. */
  #top = -1;
  /** By number of partitions, the highest partition with an event that this number would have placed elsewhere. */
  readonly #contradicted = new Map<number, number>();

  /** @param from the number of partitions in the backup; null if it had none */
  constructor(from: number | null, ends: readonly PartitionEnd[]) {
    this.#from = from;
    this.#partitions = ends.length;
    for (let number = (from ?? 0) + 1; number <= ends.length; number += 1) this.#contradicted.set(number, -1);
  }

  /** Adds an event of the stream. */
  add({ key, partition }: Pick<IncomingMessage, 'key' | 'partition'>): void {
    if (key === null || partition < (this.#from ?? 0)) return;
    this.#top = Math.max(this.#top, partition);
    for (const [number, highest] of this.#contradicted)
      if (highest < partition && partitionOf(key, number) !== partition) this.#contradicted.set(number, partition);
  }

  /**
   * The raise that the events show; null if there is none, so that the number of the backup is still right. After
   * several raises, the highest partitions contain only events that were placed by the last number.
   */
  raise(): Raise | null {
    if (this.#top < 0) return null;
    const possible = [...this.#contradicted].filter(([number, highest]) => number > this.#top && highest < this.#top);
    const least = Math.min(...possible.map(([, highest]) => highest));
    const best = possible.filter(([, highest]) => highest === least).map(([number]) => number);
    const [only] = best;
    if (best.length === 1 && only !== undefined) return { from: this.#from, to: only, basis: 'events' };
    // A raise leaves the topic with exactly the number in use; it has more only if somebody added some otherwise.
    return { from: this.#from, to: this.#partitions, basis: 'guess' };
  }
}
