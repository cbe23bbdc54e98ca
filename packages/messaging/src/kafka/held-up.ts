/**
 * The partitions of a subscription whose batch has left its fetch. All consumers of the subscription share them, because
 * a handler may outlive its consumer.
 */
import { type Clock, type Logger, REMIND_MS, RetryLog } from '@mo/service-kit';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

/** When none has been held up for this time, the log has the end: otherwise each slow batch would be two lines. */
export const HELD_UP_OVER_MS = REMIND_MS;

export class HeldUp {
  /** Each promise resolves when the handler ends. */
  readonly #ends = new Map<string, Promise<void>>();
  /** Each partition is a reason of its own, so the log names some of them each minute. */
  readonly #log: RetryLog;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Pick<Clock, 'elapsed'>, logger: Logger) {
    const text = 'handling the messages of a partition takes long; other partitions are read meanwhile';
    this.#log = new RetryLog(clock, logger, text);
  }

  get size(): number {
    return this.#ends.size;
  }

  /** When the handler of a partition's batch ends that has left its fetch; undefined if there is none. */
  endOf(partition: TopicPartition): Promise<void> | undefined {
    return this.#ends.get(partitionKey(partition));
  }

  /** @param handled resolves when the handler ends @returns the same, after the partition is no longer held up */
  add({ topic, partition }: TopicPartition, handled: Promise<void>): Promise<void> {
    const place = partitionKey({ topic, partition });
    this.#log.lasts(place, { topic, partition });
    clearTimeout(this.#timer);
    const ended = handled.then(() => {
      this.#ends.delete(place);
      if (this.#ends.size === 0) this.#timer = setTimeout(() => this.#log.succeeded(), HELD_UP_OVER_MS).unref();
    });
    this.#ends.set(place, ended);
    return ended;
  }

  /** Resolves once all handlers have ended. */
  async close(): Promise<void> {
    await Promise.all(this.#ends.values());
    clearTimeout(this.#timer);
  }
}
