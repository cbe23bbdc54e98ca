/** The settled letters, according to the notices from the group's committed offset to the end. */
import type { OffsetRange } from '@mo/messaging';
import { readNotice } from './letter.ts';
import type { LetterTopics } from './letter-topics.ts';

const BITS_PER_BYTE = 8;

export class SettledLetters {
  readonly #partitions: ReadonlyMap<string, SettledOffsets>;

  private constructor(ranges: readonly OffsetRange[]) {
    this.#partitions = new Map(ranges.map((range) => [keyOf(range.topic, range.partition), new SettledOffsets(range)]));
  }

  /** Reads all notices. */
  static async read(topics: Pick<LetterTopics, 'ranges' | 'read'>): Promise<SettledLetters> {
    const settled = new SettledLetters(topics.ranges);
    await topics.read(async (topic, _partition, messages) => {
      for (const message of messages) {
        const notice = readNotice(message);
        if (notice !== null) settled.#partitions.get(keyOf(topic, notice.partition))?.add(notice.offset);
      }
      return null;
    });
    return settled;
  }

  has(topic: string, partition: number, offset: string): boolean {
    return this.#partitions.get(keyOf(topic, partition))?.has(offset) ?? false;
  }
}

const keyOf = (topic: string, partition: number): string => `${topic} ${partition}`;

/** Offsets of a range, one bit each, because a topic may hold millions of notices. */
class SettledOffsets {
  readonly #range: OffsetRange;
  #bits: Uint8Array | null = null;

  constructor(range: OffsetRange) {
    this.#range = range;
  }

  /** An offset outside the range belongs to a letter that is no longer read. */
  add(offset: string): void {
    const { from, to } = this.#range;
    const letter = BigInt(offset);
    if (letter < from || letter >= to) return;
    this.#bits ??= new Uint8Array(Math.ceil(Number(to - from) / BITS_PER_BYTE));
    const { byte, mask } = this.#placeOf(letter);
    this.#bits[byte]! |= mask;
  }

  has(offset: string): boolean {
    const { byte, mask } = this.#placeOf(BigInt(offset));
    return ((this.#bits?.[byte] ?? 0) & mask) !== 0;
  }

  #placeOf(offset: bigint): { readonly byte: number; readonly mask: number } {
    const place = Number(offset - this.#range.from);
    return { byte: Math.floor(place / BITS_PER_BYTE), mask: 1 << (place % BITS_PER_BYTE) };
  }
}
