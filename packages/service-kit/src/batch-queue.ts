/**
 * Natural batching. Items that arrive while a run is under way are taken together by the next run; an idle queue runs an
 * item at once. So the size of a batch follows the load.
 *
 * Requests that are sent together arrive a little apart. After a run that took or left several items, the next one waits
 * until arrivals pause, for a few milliseconds at most, or until it is full: fewer, larger batches. A queue without load
 * never waits. What is worth a batch of its own may begin beside the one that is under way, or that still waits.
 */
import type { Clock } from './clock.ts';

/** When, and how long, to wait for arrivals to pause. */
export interface Gathering {
  clock: Clock;
  /** Only after a run that took at least so many items, or left so many waiting. */
  itemsMin: number;
  /** Arrivals have paused when none came for so long. */
  pauseMs: number;
  /** A run is never held back longer than this. */
  waitMsMax: number;
}

/**
 * A batch of at least this weight begins at once, also while others are under way or wait for arrivals to pause, unless there are
 * so many of those.
 */
export interface Beside {
  readonly weightMin: number;
  readonly inFlightMax: number;
}

export interface BatchQueueOptions<Item, Result> {
  /** Runs a batch; answers with one result an item, in the same order, or throws for all of them. */
  run: (items: Item[]) => Promise<Result[]>;
  /** How much an item weighs towards `weightMax`; 1 unless told. */
  weigh?: (item: Item) => number;
  /** A batch takes at most this weight, but at least one item. */
  weightMax: number;
  /** At most this weight waits; what comes on top is refused. */
  queueWeightMax: number;
  /** How many batches may be under way at once. */
  inFlightMax?: number;
  /**
   * Few at once make for large batches; but one that has been under way for so long holds nobody up: another may begin then, up
   * to so many at once in all.
   */
  slow?: { readonly afterMs: number; readonly inFlightMax: number };
  /** When a batch begins beside another; left out, none does. */
  beside?: Beside;
  /** To wait for arrivals to pause under load; left out, a run never waits. */
  gathering?: Gathering;
  /** Told of each batch: how many items it took. */
  onBatch?: (items: number) => void;
}

/** The queue is full: try again later. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

interface Waiting<Item, Result> {
  item: Item;
  weight: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** Steps of promises by which what comes in one turn may differ, for some of it awaits more on its way here. */
const STEPS_TOGETHER = 4;

export class BatchQueue<Item, Result> {
  readonly #options: Required<Omit<BatchQueueOptions<Item, Result>, 'beside' | 'gathering' | 'slow'>>;
  readonly #gathering: Gathering | undefined;
  readonly #slow: BatchQueueOptions<Item, Result>['slow'];
  readonly #beside: Beside | undefined;
  #waiting: Waiting<Item, Result>[] = [];
  #weightWaiting = 0;
  #inFlight = 0;
  #slowOnes = 0;
  #isStarting = false;
  #idle: (() => void)[] = [];

  constructor(options: BatchQueueOptions<Item, Result>) {
    this.#gathering = options.gathering;
    this.#slow = options.slow;
    this.#beside = options.beside;
    this.#options = { weigh: () => 1, inFlightMax: 1, onBatch: () => {}, ...options };
  }

  /** The weight that waits for a run. */
  get depth(): number {
    return this.#weightWaiting;
  }

  /**
   * Queues an item for the next batch.
   *
   * @throws QueueFullError where the queue holds `queueWeightMax` already
   */
  submit(item: Item): Promise<Result> {
    const weight = this.#options.weigh(item);
    if (this.#weightWaiting > 0 && this.#weightWaiting + weight > this.#options.queueWeightMax) {
      return Promise.reject(new QueueFullError('the queue is full'));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, weight, resolve, reject });
    this.#weightWaiting += weight;
    void this.#startSoon();
    return promise;
  }

  /** Resolves once nothing waits and nothing is under way. */
  drained(): Promise<void> {
    if (this.#inFlight === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Lets those in that come in the same turn: the calls of one write, the partitions of one fetch. */
  async #startSoon(): Promise<void> {
    if (this.#isStarting) return;
    this.#isStarting = true;
    for (let step = 0; step < STEPS_TOGETHER; step += 1) await Promise.resolve();
    this.#isStarting = false;
    this.#startRuns();
  }

  #startRuns(): void {
    while (this.#waiting.length > 0 && (this.#inFlight < this.#inFlightMax || this.#isWorthAnother)) {
      this.#inFlight += 1;
      void this.#run(this.#take());
    }
  }

  get #isWorthAnother(): boolean {
    const beside = this.#beside;
    return beside !== undefined && this.#weightWaiting >= beside.weightMin && this.#inFlight < beside.inFlightMax;
  }

  get #inFlightMax(): number {
    const { inFlightMax } = this.#options;
    return this.#slow === undefined ? inFlightMax : Math.min(inFlightMax + this.#slowOnes, this.#slow.inFlightMax);
  }

  /** Notes a run that has become slow, and lets another one begin. Answers with how to end that. */
  #watch(): () => void {
    if (this.#slow === undefined) return () => {};
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      this.#slowOnes += 1;
      this.#startRuns();
    }, this.#slow.afterMs).unref();
    return () => {
      clearTimeout(timer);
      if (isSlow) this.#slowOnes -= 1;
    };
  }

  #take(): Waiting<Item, Result>[] {
    let weight = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      if (count > 0 && weight + waiting.weight > this.#options.weightMax) break;
      weight += waiting.weight;
      count += 1;
    }
    this.#weightWaiting -= weight;
    return this.#waiting.splice(0, count);
  }

  async #gather(itemsTaken: number): Promise<void> {
    const gathering = this.#gathering;
    if (gathering === undefined || Math.max(itemsTaken, this.#waiting.length) < gathering.itemsMin) return;
    const { clock, pauseMs, waitMsMax } = gathering;
    const { weightMax } = this.#options;
    const endMs = clock.elapsed() + waitMsMax;
    for (let seen = -1; seen !== this.#weightWaiting && this.#weightWaiting < weightMax && clock.elapsed() < endMs; ) {
      seen = this.#weightWaiting;
      await clock.sleep(pauseMs);
    }
  }

  async #run(batch: Waiting<Item, Result>[]): Promise<void> {
    this.#options.onBatch(batch.length);
    const endWatch = this.#watch();
    try {
      const results = await this.#options.run(batch.map((waiting) => waiting.item));
      batch.forEach((waiting, place) => {
        waiting.resolve(results[place] as Result);
      });
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
    endWatch();
    await this.#gather(batch.length);
    this.#inFlight -= 1;
    this.#startRuns();
    if (this.#inFlight === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
