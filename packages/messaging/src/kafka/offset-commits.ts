/**
 * Offsets are committed for all partitions together, a moment after the first of them is due: a commit is a round trip, and
 * costs the broker more than the messages that it is about. What a crash keeps from being committed comes again, and is
 * skipped.
 */
import type { Logger } from '@mo/service-kit';

/** How long an offset may wait for others. */
export const COMMIT_DELAY_MS = 200;

export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  /** Of the next message to be read. */
  readonly offset: string;
}

export class OffsetCommits {
  readonly #commit: (offsets: PartitionOffset[]) => Promise<void>;
  readonly #logger: Logger;
  readonly #due = new Map<string, PartitionOffset>();
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(commit: (offsets: PartitionOffset[]) => Promise<void>, logger: Logger) {
    this.#commit = commit;
    this.#logger = logger;
  }

  /** All messages of a partition before this offset have taken effect. */
  note(topic: string, partition: number, offset: string): void {
    if (this.#isClosed) return;
    this.#due.set(`${topic}/${partition}`, { topic, partition, offset });
    this.#timer ??= setTimeout(() => void this.#flush(), COMMIT_DELAY_MS);
  }

  /** Commits what is due now, and nothing after. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#flush();
  }

  /** Lets go what is due without committing it. */
  forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#due.clear();
  }

  /** Where the broker can't take it, the messages come again some day. */
  async #flush(): Promise<void> {
    const offsets = [...this.#due.values()];
    this.forget();
    if (offsets.length === 0) return;
    try {
      await this.#commit(offsets);
    } catch (error) {
      this.#logger.warn({ err: error }, 'offsets could not be committed');
    }
  }
}
