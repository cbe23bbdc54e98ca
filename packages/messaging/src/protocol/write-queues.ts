/**
 * The queues in which commands and followed events wait for their transaction. Items that arrive while a transaction
 * runs are taken together by the next one. From `weightMin` on, a further transaction runs concurrently. Batches have
 * short lock timeouts. What needs a lock that another transaction holds moves to a separate queue (see `held-lines.ts`),
 * one customer at a time, where it may wait longer without delaying batches.
 */
import {
  BatchQueue,
  type Beside,
  type Clock,
  QueueFullError,
  STORE_BUSY,
  STORE_SLOW,
  StoreBusyError,
  StoreConflictError,
  unavailable,
} from '@mo/service-kit';
import type { Account } from './account.ts';
import { BatchRunner, type BatchRunnerOptions, type Item, type Outcome, weightOf } from './batch-runner.ts';
import { HeldLines } from './held-lines.ts';
import { joined, unitsOf } from './units.ts';

/** The most commands and events in a batch. */
const BATCH_WEIGHT_MAX = 512;
/** The most commands and events that wait for a batch, and the most units that wait for a lock. */
export const QUEUE_WEIGHT_MAX = 8_192;

/**
 * A command that is older than this when its batch starts is refused without a decision. The limit is below the
 * gateway's timeout, so that under overload no work is done for callers that have given up.
 */
export const COMMAND_AGE_MS_MAX = 6_000;
/** A batch that takes longer than this has waited for the database: deciding a full one takes a fraction of it. */
export const SLOW_BATCH_MS = COMMAND_AGE_MS_MAX / 2;

/** Under load, a batch waits this long for requests that were sent together with those of the last batch. */
const GATHERING = { itemsMin: 3, pauseMs: 2, waitMsMax: 8 };
/**
 * From this weight on, items get a batch of their own, concurrently with one that runs or gathers. So the database has
 * work while this process decides, and a batch gathers no longer than is useful.
 */
const BESIDE: Beside = { weightMin: 16, inFlightMax: 2 };
/** The most concurrent transactions: batches, and one unit that waits for a lock. */
export const TRANSACTIONS_AT_ONCE_MAX = BESIDE.inFlightMax + 1;

export interface WriteQueuesOptions<A extends Account> extends Omit<BatchRunnerOptions<A>, 'refusalOf'> {
  observer: BatchRunnerOptions<A>['observer'] & { batch(items: number): void };
  /** The weight from which a batch runs concurrently with another, and how many may run at once; default 16 and 2. */
  beside?: Beside;
}

export class WriteQueues<A extends Account> {
  readonly #batches: BatchQueue<Item<A>, Outcome>;
  readonly #held: HeldLines<A>;
  readonly #runner: BatchRunner<A>;
  readonly #clock: Clock;
  readonly #underWay = new Set<{ readonly beganMs: number }>();
  /** When the last slow batch ended, in ms. */
  #slowMs = Number.NEGATIVE_INFINITY;

  constructor(options: WriteQueuesOptions<A>) {
    const { clock, observer } = options;
    this.#clock = clock;
    this.#runner = new BatchRunner({ ...options, refusalOf: (item, isHeld) => this.#refusalOf(item, isHeld === true) });
    this.#batches = new BatchQueue({
      run: (items) => this.#runBatch(items),
      weigh: weightOf,
      weightMax: BATCH_WEIGHT_MAX,
      queueWeightMax: QUEUE_WEIGHT_MAX,
      gathering: { clock, ...GATHERING },
      beside: options.beside ?? BESIDE,
      onBatch: (items) => observer.batch(items),
    });
    this.#held = new HeldLines((unit) => this.#runner.runPatiently(unit), QUEUE_WEIGHT_MAX, clock);
  }

  /** The number of commands and events that wait. */
  get depth(): number {
    return this.#batches.depth + this.#held.depth;
  }

  async drained(): Promise<void> {
    await this.#batches.drained();
    await this.#held.drained();
  }

  /**
   * Runs an item in a batch together with other waiting items.
   *
   * @throws ProblemError unavailable, if the queue is full, or other transactions hold a needed lock for too long
   */
  async submit(item: Item<A>): Promise<Exclude<Outcome, { kind: 'failed' | 'busy' }>> {
    try {
      const outcome = await this.#run(item);
      if (outcome.kind === 'failed' || outcome.kind === 'busy') throw outcome.error;
      return outcome;
    } catch (error) {
      if (error instanceof QueueFullError) throw unavailable('too many requests are waiting', error);
      if (error instanceof StoreBusyError) throw unavailable(STORE_BUSY, error);
      if (error instanceof StoreConflictError) throw unavailable('too many concurrent writes of the same data', error);
      throw error;
    }
  }

  /**
   * Followed events of customers that are known to be held don't wait in a batch, because they are retried for as long
   * as the lock is held. A command does: its caller waits now, and the lock may be free again.
   */
  #run(item: Item<A>): Promise<Outcome> {
    if (item.kind === 'command' || !this.#held.holds(item)) return this.#runInBatch(item);
    return runUnits(item, (unit) => (this.#held.holds(unit) ? this.#held.submit(unit) : this.#runInBatch(unit)));
  }

  async #runBatch(items: Item<A>[]): Promise<Outcome[]> {
    const batch = { beganMs: this.#clock.elapsed() };
    this.#underWay.add(batch);
    try {
      return await this.#runner.run(items);
    } finally {
      this.#underWay.delete(batch);
      const endedMs = this.#clock.elapsed();
      if (endedMs - batch.beganMs >= SLOW_BATCH_MS) this.#slowMs = endedMs;
    }
  }

  /** A refusal for a command whose caller no longer waits for the answer; null for others. Events always run. */
  #refusalOf(item: Item<A>, isHeld: boolean): Outcome | null {
    if (item.kind !== 'command') return null;
    if (item.command.origin.isGone?.() === true)
      return { kind: 'failed', error: unavailable('the caller has disconnected') };
    const nowMs = this.#clock.elapsed();
    if (nowMs - item.sinceMs <= COMMAND_AGE_MS_MAX) return null;
    return { kind: 'failed', error: unavailable(isHeld ? STORE_BUSY : this.#whyLate(item, nowMs)) };
  }

  /** What a command has waited for, as far as it is known. */
  #whyLate({ sinceMs, confirmation }: Item<A> & { kind: 'command' }, nowMs: number): string {
    const isSlow = this.#underWay.values().some(({ beganMs }) => nowMs - beganMs >= SLOW_BATCH_MS);
    if (isSlow || this.#slowMs >= sinceMs) return STORE_SLOW;
    if (confirmation !== null) return 'the refusal could not be confirmed in time';
    return 'more commands arrive than the service can process';
  }

  /** Runs an item in a batch, then those of its units that were busy, each by itself. */
  async #runInBatch(item: Item<A>): Promise<Outcome> {
    const inBatch = await this.#batches.submit(item);
    if (inBatch.kind !== 'busy') return inBatch;
    return runUnits(item, async (unit, place) => {
      const outcome = inBatch.units[place];
      return outcome === undefined || outcome.kind === 'busy' ? this.#held.submit(unit) : outcome;
    });
  }
}

/** Runs the units of an item concurrently, and joins their outcomes once all have ended. */
async function runUnits<A extends Account>(
  item: Item<A>,
  run: (unit: Item<A>, place: number) => Promise<Outcome>,
): Promise<Outcome> {
  const runs = unitsOf(item).map(run);
  await Promise.allSettled(runs);
  return joined(item, await Promise.all(runs));
}
