/**
 * Where commands and followed events wait for their transaction. Those that arrive while one is under way are taken together by
 * the next one, or from a number on by one beside it. None of these waits long for a lock. An item that needs what another
 * transaction holds waits for that in a lane of its own, behind which nothing else waits.
 */
import { BatchQueue, type Beside, type Clock, QueueFullError, unavailable } from '@mo/service-kit';
import type { Account } from './account.ts';
import { BatchRunner, type BatchRunnerOptions, type Item, type Outcome, weightOf } from './batch-runner.ts';
import { StoreConflictError } from './store.ts';

/** The most commands and events that a batch takes. */
export const BATCH_WEIGHT_MAX = 512;
/** The most commands and events that wait for a batch, and the most items that wait for a lock. */
export const QUEUE_WEIGHT_MAX = 8_192;

/**
 * A command that its batch finds older is refused, undecided: below what the gateway waits for an answer, so that under
 * overload nothing is done for callers who are gone.
 */
export const COMMAND_AGE_MS_MAX = 6_000;

/** Under load a batch waits this long for those that were sent together with the last. */
const GATHERING = { itemsMin: 3, pauseMs: 2, waitMsMax: 8 };
/**
 * So many are worth a batch of their own, beside one that is under way or gathers: the database has work while this process
 * decides, and a batch gathers no longer than it is worth.
 */
const BESIDE: Beside = { weightMin: 16, inFlightMax: 2 };
/** The most transactions that are under way at once: batches, and one that waits for a lock. */
export const TRANSACTIONS_AT_ONCE_MAX = BESIDE.inFlightMax + 1;

export interface LanesOptions<A extends Account> extends Omit<BatchRunnerOptions<A>, 'refusalOf'> {
  clock: Clock;
  observer: BatchRunnerOptions<A>['observer'] & { batch(items: number): void };
  /** From what weight on a batch begins beside another, and how many there may be at once; 16 and 2 unless given. */
  beside?: Beside;
}

export class Lanes<A extends Account> {
  readonly #clock: Clock;
  readonly #runner: BatchRunner<A>;
  readonly #batches: BatchQueue<Item<A>, Outcome>;
  readonly #held: BatchQueue<Item<A>, Outcome>;

  constructor(options: LanesOptions<A>) {
    const { clock, observer } = options;
    this.#clock = clock;
    this.#runner = new BatchRunner({ ...options, refusalOf: (item) => refusalOf(item, clock.elapsed()) });
    this.#batches = new BatchQueue({
      run: (items) => this.#runWanted(items),
      weigh: weightOf,
      weightMax: BATCH_WEIGHT_MAX,
      queueWeightMax: QUEUE_WEIGHT_MAX,
      gathering: { clock, ...GATHERING },
      beside: options.beside ?? BESIDE,
      onBatch: (items) => observer.batch(items),
    });
    this.#held = new BatchQueue({
      run: (items) => Promise.all(items.map((item) => this.#runner.runPatiently(item))),
      weightMax: 1,
      queueWeightMax: QUEUE_WEIGHT_MAX,
    });
  }

  /** The commands and events that wait. */
  get depth(): number {
    return this.#batches.depth + this.#held.depth;
  }

  async drained(): Promise<void> {
    await this.#batches.drained();
    await this.#held.drained();
  }

  /**
   * Runs an item in a batch with whatever else waits.
   *
   * @throws ProblemError unavailable, where too much waits, or others hold what it needs for too long
   */
  async submit(item: Item<A>): Promise<Exclude<Outcome, { kind: 'failed' | 'busy' }>> {
    try {
      const first = await this.#batches.submit(item);
      const outcome = first.kind === 'busy' ? await this.#held.submit(item) : first;
      if (outcome.kind === 'failed' || outcome.kind === 'busy') throw outcome.error;
      return outcome;
    } catch (error) {
      if (error instanceof QueueFullError) throw unavailable('too many requests are waiting', error);
      if (error instanceof StoreConflictError) throw unavailable('too many others wrote the same at once', error);
      throw error;
    }
  }

  /** Runs what is still wanted of a batch. */
  async #runWanted(items: Item<A>[]): Promise<Outcome[]> {
    const nowMs = this.#clock.elapsed();
    const refusals = items.map((item) => refusalOf(item, nowMs));
    const wanted = items.filter((_, place) => refusals[place] === null);
    const outcomes = wanted.length === 0 ? [] : await this.#runner.run(wanted);
    const next = outcomes.values();
    return refusals.map((refusal) => refusal ?? (next.next().value as Outcome));
  }
}

/** Why an item need not be done: nobody waits for its answer any more. Events always have to be. */
function refusalOf<A extends Account>(item: Item<A>, nowMs: number): Outcome | null {
  if (item.kind !== 'command') return null;
  if (item.command.origin.isGone?.() === true) return { kind: 'failed', error: unavailable('the caller is gone') };
  if (nowMs - item.sinceMs <= COMMAND_AGE_MS_MAX) return null;
  return { kind: 'failed', error: unavailable('more commands arrive than can be carried out') };
}
