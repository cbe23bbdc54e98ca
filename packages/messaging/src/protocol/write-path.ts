/**
 * The write path of a service: the one way in for commands and for followed events.
 *
 * Requests that arrive while a transaction is under way are taken together by the next one, or from a number on by one
 * beside it. A command that would be refused because of what the service follows leaves its batch, pulls what it may be
 * missing, and is decided again: yes on old news, no only on fresh news. A refusal is final only if nothing that restricts
 * has moved since before the last pull was sent.
 */
import type { ConsistencyToken, Stream, StreamEvent } from '@mo/contracts';
import {
  type Answer,
  BatchQueue,
  type Beside,
  type Clock,
  endedBy,
  QueueFullError,
  type Tracer,
  unavailable,
} from '@mo/service-kit';
import { type Account, appliedOf, type Progress, type StreamModel, versionsOf } from './account.ts';
import type { CommandOutcome, Confirmation, EventFault } from './batch.ts';
import { BatchRunner, type Followed, type Item, type Outcome, weightOf } from './batch-runner.ts';
import { BringForward } from './bring-forward.ts';
import type { Command, CustomerRef, StoredAnswer } from './command.ts';
import type { Peers } from './peers.ts';
import type { Quarantined } from './quarantine.ts';
import { type Store, StoreConflictError } from './store.ts';

/** After so many rounds of pulls a refusal that still isn't final is answered with 503. */
export const CONFIRM_ROUNDS_MAX = 6;
/** A batch takes at most so many commands and events. */
export const BATCH_WEIGHT_MAX = 512;
/** So many commands and events may wait for a batch. */
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

/** Why a stream is pulled. */
export const PULL_REASONS = ['confirm', 'token', 'behind', 'settle', 'sweep'] as const;
type PullReason = (typeof PULL_REASONS)[number];

/** What the write path reports, for metrics. */
export interface WritePathObserver {
  batch(items: number): void;
  pull(stream: Stream, reason: PullReason): void;
  unconfirmed(command: string): void;
  behind(progress: Progress): void;
  /** An event could not take effect; its customer waits. */
  faulty(fault: EventFault): void;
  /** An event can't be understood; its customer waits. */
  quarantined(item: Quarantined): void;
}

export interface WritePathOptions<A extends Account> {
  model: StreamModel<A>;
  store: Store<A>;
  peers: Peers;
  clock: Clock;
  observer: WritePathObserver;
  /** Left out where nothing is traced. */
  tracer?: Tracer | null;
  /** From what weight on a batch begins beside another, and how many there may be at once; 16 and 2 unless told. */
  beside?: Beside;
}

export class WritePath<A extends Account> {
  readonly #options: WritePathOptions<A>;
  readonly #runner: BatchRunner<A>;
  readonly #lane: BatchQueue<Item<A>, Outcome>;
  readonly #forward: BringForward;
  #onWritten: () => void = () => {};

  constructor(options: WritePathOptions<A>) {
    this.#options = options;
    this.#forward = new BringForward(options.peers, this);
    const { clock } = options;
    this.#runner = new BatchRunner({
      ...options,
      onWritten: () => this.#onWritten(),
      refusalOf: (item) => refusalOf(item, clock.elapsed()),
    });
    this.#lane = new BatchQueue<Item<A>, Outcome>({
      run: (items) => this.#runWanted(items),
      weigh: weightOf,
      weightMax: BATCH_WEIGHT_MAX,
      queueWeightMax: QUEUE_WEIGHT_MAX,
      gathering: { clock, ...GATHERING },
      beside: options.beside ?? BESIDE,
      onBatch: (items) => options.observer.batch(items),
    });
  }

  /** Told after each commit that wrote own events: the relay has something to do. */
  onWritten(listener: () => void): void {
    this.#onWritten = listener;
  }

  get depth(): number {
    return this.#lane.depth;
  }

  drained(): Promise<void> {
    return this.#lane.drained();
  }

  /**
   * Carries out a command: decided, confirmed where need be, written, settled, answered.
   *
   * @throws ProblemError unavailable, where the queue is full, or a refusal could not be confirmed
   */
  async execute(command: Command<A>): Promise<Answer> {
    let confirmation: Confirmation | null = null;
    const sinceMs = this.#options.clock.elapsed();
    for (let round = 0; ; round += 1) {
      const outcome = await this.#submitCommand({ kind: 'command', command, confirmation, sinceMs });
      if (outcome.kind === 'failed') throw outcome.error;
      if (outcome.kind === 'answered') return this.#settle(command, outcome.answer, outcome.settle);
      if (round === CONFIRM_ROUNDS_MAX) throw unavailable('the customer is too busy for the refusal to be confirmed');
      this.#options.observer.unconfirmed(command.name);
      confirmation = await this.#confirm(command, outcome.confirmBy, outcome.progress);
    }
  }

  /** Applies followed events, pushed or pulled, in batches with whatever else waits. */
  async follow(events: readonly StreamEvent[]): Promise<Followed> {
    const followed = await this.#submitEvents({ kind: 'events', events });
    // A pull at once would bring the same fault: that can wait until customers that are behind are looked for.
    const faulty = new Set(followed.faults.map(({ event }) => event.customer_id));
    for (const [customerId, progress] of followed.progress) {
      const isBehind = Object.keys(progress.behind).length > 0;
      if (isBehind && !faulty.has(customerId)) this.#options.observer.behind(progress);
    }
    return followed;
  }

  /**
   * Writes down events that can't be understood, and that their customers wait for them, where those can be read.
   *
   * @returns how far these customers have come
   */
  async quarantine(quarantined: readonly Quarantined[]): Promise<ReadonlyMap<number, Progress>> {
    const { progress } = await this.#submitEvents({ kind: 'quarantine', quarantined });
    for (const item of quarantined) {
      const { stream, customerId, version, source } = item;
      this.#options.observer.quarantined(item);
      const reached = customerId === null ? undefined : progress.get(customerId);
      // What was pulled is pulled again by whoever finds the customer behind. Of an unknown version there is one at least.
      if (source === null || reached === undefined || !(stream in reached.applied)) continue;
      const behind = { ...reached.behind, [stream]: version ?? appliedOf(reached, stream) + 1 };
      this.#options.observer.behind({ ...reached, behind });
    }
    return progress;
  }

  /** Pulls a stream until the account has applied the version; false where the stream doesn't go so far. */
  async catchUp(
    customerId: number,
    stream: Stream,
    version: number,
    reason: Exclude<PullReason, 'confirm'>,
  ): Promise<boolean> {
    const progress = await this.#options.store.progress({ customerId });
    if (progress !== null && appliedOf(progress, stream) >= version) return true;
    this.#options.observer.pull(stream, reason);
    try {
      const after = await this.#forward.bring({ customerId }, stream, progress);
      return after !== null && appliedOf(after, stream) >= version;
    } catch (error) {
      // What kept it from the stream's end may come after the version that was asked for.
      const after = await this.#options.store.progress({ customerId });
      if (after !== null && appliedOf(after, stream) >= version) return true;
      throw error;
    }
  }

  /**
   * Waits until this service has seen what the token has seen.
   *
   * @throws ProblemError unavailable, where the token is from beyond what exists, or an owner can't be reached
   */
  async catchUpWith({ customerId, versions }: ConsistencyToken): Promise<void> {
    const { model, store } = this.#options;
    const progress = await store.progress({ customerId });
    const own = progress?.version ?? 0;
    if (versions[model.stream] > own)
      throw unavailable(`the ${model.stream} of this Consistency-Token are beyond what exists`);
    for (const stream of model.follows) {
      if (versions[stream] <= (progress === null ? 0 : appliedOf(progress, stream))) continue;
      if (!(await this.catchUp(customerId, stream, versions[stream], 'token'))) {
        throw unavailable(`the ${stream} of this Consistency-Token are beyond what exists`);
      }
    }
  }

  /** Whether a customer exists, by a pull from the owner where it isn't known here; then how far it has come. */
  async known(customer: { customerId: number }): Promise<Progress | null> {
    const progress = await this.#options.store.progress(customer);
    if (progress !== null && (this.#options.model.stream === 'customers' || appliedOf(progress, 'customers') > 0))
      return progress;
    if (this.#options.model.stream === 'customers') return null;
    this.#options.observer.pull('customers', 'confirm');
    return this.#forward.bring(customer, 'customers', progress);
  }

  /** What was seen of the customer that filters name, before its rows are read; null where it isn't known here. */
  async seen({ customerId, externalId }: CustomerRef): Promise<ConsistencyToken | null> {
    const { model, store } = this.#options;
    const progress = (customerId ?? externalId) === undefined ? null : await store.progress({ customerId, externalId });
    if (progress === null) return null;
    return { customerId: progress.customerId, versions: versionsOf(model.stream, progress) };
  }

  async #confirm(command: Command<A>, confirmBy: readonly Stream[], decidedOn: Progress | null): Promise<Confirmation> {
    let progress = decidedOn;
    let base = decidedOn;
    for (const stream of confirmBy) {
      base = progress;
      this.#options.observer.pull(stream, 'confirm');
      const customer = progress === null ? command.customer : { customerId: progress.customerId };
      progress = await this.#traced(command, `pull ${stream}`, this.#forward.bring(customer, stream, progress));
    }
    return { pulled: confirmBy, base };
  }

  async #settle(command: Command<A>, answer: Answer, settle: StoredAnswer['settle']): Promise<Answer> {
    if (settle === null) return answer;
    const { peers, model } = this.#options;
    const { settlement, customerId, version } = settle;
    const { peer } = settlement;
    const settling = peers.settle(peer, customerId, model.stream, version);
    const done = await this.#traced(command, `settle ${peer}`, settling);
    return done || settlement.statusOtherwise === undefined
      ? answer
      : { ...answer, status: settlement.statusOtherwise };
  }

  /** What a command asks of others, as a span of its trace. Its request may carry what others ask for, too. */
  #traced<T>({ origin }: Command<A>, name: string, work: Promise<T>): Promise<T> {
    const span = this.#options.tracer?.begin('client', name, origin.traceparent, {}) ?? null;
    return span === null ? work : endedBy(span, work);
  }

  async #submitCommand(item: Item<A>): Promise<CommandOutcome> {
    const result = await this.#submit(item);
    if (result.kind !== 'command') throw new Error('a command was answered as an events item');
    return result.outcome;
  }

  async #submitEvents(item: Exclude<Item<A>, { kind: 'command' }>): Promise<Followed> {
    const result = await this.#submit(item);
    if (result.kind !== 'events') throw new Error('an events item was answered as a command');
    return result.followed;
  }

  async #submit(item: Item<A>): Promise<Outcome> {
    try {
      const outcome = await this.#lane.submit(item);
      if (outcome.kind === 'failed') throw outcome.error;
      return outcome;
    } catch (error) {
      if (error instanceof QueueFullError) throw unavailable('too many requests are waiting', error);
      if (error instanceof StoreConflictError) throw unavailable('too many others wrote the same at once', error);
      throw error;
    }
  }

  /** Runs what is still wanted of a batch. */
  async #runWanted(items: Item<A>[]): Promise<Outcome[]> {
    const nowMs = this.#options.clock.elapsed();
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
