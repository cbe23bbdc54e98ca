/**
 * Natural batching: items that arrive during a run form the next batch, and an idle queue runs an item at once. The
 * batch size therefore follows the load.
 *
 * Requests that are sent together arrive slightly apart. After a run that took, or left waiting, several items, the
 * next run waits until arrivals pause, for a few milliseconds at most, or until the batch is full. This makes batches
 * fewer and larger. A queue without load never waits. A batch of sufficient weight may start concurrently with one that
 * is running or still waiting.
 */
import type { Clock } from './clock.ts';

/** When and how long to wait for arrivals to pause. */
export interface Gathering {
  clock: Clock;
  /** Wait only after a run that took at least this many items, or left that many waiting. */
  itemsMin: number;
  /** Arrivals have paused when none came for this time. */
  pauseMs: number;
  /** The maximum delay of a run. */
  waitMsMax: number;
}

/**
 * A batch of at least `weightMin` starts at once, even while others run or wait for arrivals to pause, as long as fewer
 * than `inFlightMax` batches do.
 */
export interface Beside {
  readonly weightMin: number;
  readonly inFlightMax: number;
}

export interface BatchQueueOptions<Item, Result> {
  /** Runs a batch. Resolves with one result per item, in the same order, or rejects for all of them. */
  run: (items: Item[]) => Promise<Result[]>;
  /** The weight of an item towards `weightMax`; 1 by default. */
  weigh?: (item: Item) => number;
  /** The maximum weight of a batch; a batch contains at least one item. */
  weightMax: number;
  /** The maximum weight of waiting items; further items are refused. */
  queueWeightMax: number;
  /** The maximum number of concurrent batches; 1 by default. */
  inFlightMax?: number;
  /**
   * A low `inFlightMax` makes batches large, but a slow batch must not block others: for each batch that runs longer
   * than `afterMs`, another may start, up to `slow.inFlightMax` in total.
   */
  slow?: { readonly afterMs: number; readonly inFlightMax: number };
  /**
   * When a batch may start concurrently with others regardless of `BatchQueueOptions.inFlightMax`; left out, none does.
   */
  beside?: Beside;
  /** Waiting for arrivals to pause under load; left out, a run never waits. */
  gathering?: Gathering;
  /** Called for each batch with its number of items. */
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

/**
 * How many microtask steps to wait for items of the same event-loop turn: some pass through more awaits before they
 * arrive here.
 */
const STEPS_TOGETHER = 4;

export class BatchQueue<Item, Result> {
  readonly #options: BatchQueueOptions<Item, Result> &
    Required<Pick<BatchQueueOptions<Item, Result>, 'weigh' | 'inFlightMax' | 'onBatch'>>;
  #waiting: Waiting<Item, Result>[] = [];
  #weightWaiting = 0;
  #inFlight = 0;
  #slowOnes = 0;
  #isStarting = false;
  #idle: (() => void)[] = [];

  constructor(options: BatchQueueOptions<Item, Result>) {
    this.#options = { weigh: () => 1, inFlightMax: 1, onBatch: () => {}, ...options };
  }

  /** The total weight of waiting items. */
  get depth(): number {
    return this.#weightWaiting;
  }

  /**
   * Queues an item for the next batch.
   *
   * @throws QueueFullError if the queue already holds `queueWeightMax`
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

  /** Resolves once nothing is waiting or running. */
  drained(): Promise<void> {
    if (this.#inFlight === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Waits for items of the same event-loop turn: the calls of one write, the partitions of one fetch. */
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
    const { beside } = this.#options;
    return beside !== undefined && this.#weightWaiting >= beside.weightMin && this.#inFlight < beside.inFlightMax;
  }

  get #inFlightMax(): number {
    const { inFlightMax, slow } = this.#options;
    return slow === undefined ? inFlightMax : Math.min(inFlightMax + this.#slowOnes, slow.inFlightMax);
  }

  /** Counts a run that has become slow, and lets another one start. @returns a function that ends this */
  #watch(): () => void {
    const { slow } = this.#options;
    if (slow === undefined) return () => {};
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      this.#slowOnes += 1;
      this.#startRuns();
    }, slow.afterMs).unref();
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
    const { gathering, weightMax } = this.#options;
    if (gathering === undefined || Math.max(itemsTaken, this.#waiting.length) < gathering.itemsMin) return;
    const { clock, pauseMs, waitMsMax } = gathering;
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
