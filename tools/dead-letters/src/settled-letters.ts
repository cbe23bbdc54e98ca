/** The letters that notices say are settled: what the notices between the group's place and the end tell. */
import { CommandError } from '@mo/command';
import { readNotice } from './letter.ts';
import type { LetterTopics } from './letter-topics.ts';

/** They are held in memory, some 50 bytes each. */
const SETTLED_MAX = 1_000_000;

export class SettledLetters {
  readonly #offsets = new Map<string, Set<string>>();
  #count = 0;

  /** Reads all notices. */
  static async read(topics: LetterTopics): Promise<SettledLetters> {
    const settled = new SettledLetters();
    await topics.read(async (topic, _partition, messages) => {
      for (const message of messages) {
        const notice = readNotice(message);
        if (notice !== null) settled.#add(topic, notice.partition, notice.offset);
      }
      return null;
    });
    return settled;
  }

  has(topic: string, partition: number, offset: string): boolean {
    return this.#offsets.get(`${topic} ${partition}`)?.has(offset) ?? false;
  }

  #add(topic: string, partition: number, offset: string): void {
    const key = `${topic} ${partition}`;
    const offsets = this.#offsets.get(key) ?? new Set<string>();
    this.#offsets.set(key, offsets.add(offset));
    this.#count += 1;
    if (this.#count > SETTLED_MAX)
      throw new CommandError(`more than ${SETTLED_MAX} letters are settled one by one: run it topic by topic`);
  }
}
