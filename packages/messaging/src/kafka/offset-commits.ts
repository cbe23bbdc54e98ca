/**
 * Offsets are committed for all partitions together, a moment after the first of them is due: a commit is a round trip
 * and costs the broker more than the messages that it covers. A failed commit is retried, so that a partition without
 * new messages doesn't seem to lag. If a crash prevents a commit, the messages are delivered again and skipped.
 */
import type { RetryLog } from '@mo/service-kit';
import { type PartitionOffset, partitionKey } from './topic-partition.ts';

/** How long an offset may wait for others. */
export const COMMIT_DELAY_MS = 200;

export class OffsetCommits {
  readonly #commit: (offsets: PartitionOffset[]) => Promise<void>;
  readonly #log: RetryLog;
  readonly #due = new Map<string, PartitionOffset>();
  #timer: NodeJS.Timeout | null = null;
  /** One commit at a time, so that an older offset is never committed after a newer one. */
  #underWay: Promise<void> | null = null;
  #timesForgotten = 0;
  #isClosed = false;

  constructor(commit: (offsets: PartitionOffset[]) => Promise<void>, log: RetryLog) {
    this.#commit = commit;
    this.#log = log;
  }

  /** Notes that all messages of a partition before this offset have taken effect. */
  note(topic: string, partition: number, offset: string): void {
    if (this.#isClosed) return;
    const due = { topic, partition, offset };
    this.#due.set(partitionKey(due), due);
    this.#startTimer();
  }

  /** Commits the offsets that are due, and none afterwards. No commit is in progress once this resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#underWay;
    await this.#commitDue();
  }

  /** Drops the offsets that are due without committing them. */
  forget(): void {
    this.#timesForgotten += 1;
    this.#take();
  }

  #startTimer(): void {
    if (this.#underWay === null) this.#timer ??= setTimeout(() => void this.#flush(), COMMIT_DELAY_MS);
  }

  async #flush(): Promise<void> {
    this.#underWay = this.#commitDue();
    await this.#underWay;
    this.#underWay = null;
    if (this.#due.size > 0 && !this.#isClosed) this.#startTimer();
  }

  /** After a failed commit its offsets are due again, unless there are newer ones. */
  async #commitDue(): Promise<void> {
    const offsets = this.#take();
    if (offsets.length === 0) return;
    const timesForgotten = this.#timesForgotten;
    try {
      await this.#log.during(() => this.#commit(offsets));
    } catch {
      if (timesForgotten === this.#timesForgotten && !this.#isClosed) this.#putBack(offsets);
    }
  }

  #take(): PartitionOffset[] {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const offsets = [...this.#due.values()];
    this.#due.clear();
    return offsets;
  }

  #putBack(offsets: readonly PartitionOffset[]): void {
    for (const offset of offsets) {
      const key = partitionKey(offset);
      if (!this.#due.has(key)) this.#due.set(key, offset);
    }
  }
}
