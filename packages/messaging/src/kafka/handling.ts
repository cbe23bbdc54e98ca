/**
 * How a consumer handles the batches of its fetches. kafkajs fetches from a broker again only after all batches of the
 * last fetch are handled. So a batch that takes too long leaves its fetch: its partition is paused, its handler
 * continues, and the broker's other partitions are fetched meanwhile.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@mo/service-kit';
import type { EachBatchPayload } from 'kafkajs';
import type { FetchRests } from './fetch-rests.ts';
import { beatUntil } from './heartbeats.ts';
import type { HeldUp } from './held-up.ts';
import { incoming } from './incoming.ts';
import type { OffsetCommits } from './offset-commits.ts';
import type { IncomingMessage } from './port.ts';

export const HEARTBEAT_INTERVAL_MS = 500;
/** A batch that takes longer than this leaves its fetch at the next heartbeat. */
export const HELD_UP_AFTER_MS = 2_000;
/** Batches that have left their fetches stay in memory; at this number, the next one stays in its fetch. */
export const HELD_UP_MAX = 16;

export interface HandlingOptions {
  readonly handle: (messages: IncomingMessage[]) => Promise<void>;
  readonly commits: OffsetCommits;
  readonly rests: FetchRests;
  readonly heldUp: HeldUp;
  readonly logger: Logger;
}

/** The batches of one consumer. */
export class Handling {
  readonly #options: HandlingOptions;
  /** The number of times the consumer has joined its group. */
  #generation = 0;

  constructor(options: HandlingOptions) {
    this.#options = options;
  }

  /** The consumer has joined its group: it continues from the committed offsets, and may have other partitions. */
  rejoined(): void {
    this.#generation += 1;
    this.#options.commits.forget();
  }

  /**
   * Handles a batch. Resolves when the batch is handled, or has left its fetch; in that case its partition stays paused
   * until the batch is handled.
   *
   * @throws what the handler throws, while the fetch waits for it
   */
  async take(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    if (!payload.isRunning() || payload.isStale() || batch.messages.length === 0) return;
    const { rests, heldUp } = this.#options;
    const earlier = heldUp.endOf(batch);
    if (earlier !== undefined) return resumeAfter(earlier, payload);
    const beganMs = rests.begin();
    const mayLeave = () => performance.now() - beganMs >= HELD_UP_AFTER_MS && heldUp.size < HELD_UP_MAX;
    try {
      const handled = this.#handle(payload);
      const isDone = await beatUntil(handled, () => payload.heartbeat(), HEARTBEAT_INTERVAL_MS, mayLeave);
      if (!isDone) return this.#leave(handled, payload);
      const restMs = rests.restMs(beganMs, batch.offsetLag() !== '0');
      if (restMs > 0) await delay(restMs);
    } finally {
      rests.end();
    }
  }

  async #handle(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { handle, commits } = this.#options;
    const generation = this.#generation;
    await handle(batch.messages.map((message) => incoming(batch.topic, batch.partition, message)));
    // The partition may belong to another member by now, which continued from the committed offset.
    if (generation !== this.#generation) return;
    payload.resolveOffset(batch.lastOffset());
    commits.note(batch.topic, batch.partition, (BigInt(batch.lastOffset()) + 1n).toString());
  }

  #leave(handled: Promise<void>, payload: EachBatchPayload): void {
    const { heldUp, logger } = this.#options;
    const { topic, partition } = payload.batch;
    const ended = handled.catch((error: unknown) => {
      logger.warn(
        { err: error, topic, partition },
        'the messages of a partition could not be handled and will be delivered again',
      );
    });
    resumeAfter(heldUp.add(payload.batch, ended), payload);
  }
}

function resumeAfter(earlier: Promise<void>, payload: EachBatchPayload): void {
  const resume = payload.pause();
  void earlier.then(resume);
}
