/**
 * The write path of a service: the only entry point for commands and followed events, which run in batches (see
 * `write-queues.ts`).
 *
 * A command that would be refused because of followed streams leaves its batch, pulls events that may be missing, and
 * is decided again: stale data is enough for a yes, but a no needs fresh data. A refusal is final only if no
 * restricting event was applied since before the last pull was sent.
 */
import type { ConsistencyToken, Stream, StreamEvent } from '@mo/contracts';
import { type Answer, endedBy, invalid, unavailable } from '@mo/service-kit';
import { type Account, appliedOf, type Progress, versionsOf } from './account.ts';
import type { CommandOutcome, Confirmation, EventFault } from './batch.ts';
import type { Followed, Item } from './batch-runner.ts';
import { BringForward } from './bring-forward.ts';
import type { Command, CustomerRef, StoredAnswer } from './command.ts';
import type { Peers } from './peers.ts';
import type { Quarantined } from './quarantine.ts';
import { WriteQueues, type WriteQueuesOptions } from './write-queues.ts';

/** The most rounds of pulls; a refusal that still isn't final after these is answered with 503. */
export const CONFIRM_ROUNDS_MAX = 6;
/** The reasons for a pull. */
export const PULL_REASONS = ['confirm', 'token', 'behind', 'settle', 'sweep'] as const;
type PullReason = (typeof PULL_REASONS)[number];

/** Receives what the write path reports, for metrics. */
export interface WritePathObserver {
  batch(items: number): void;
  pull(stream: Stream, reason: PullReason): void;
  unconfirmed(command: string): void;
  behind(progress: Progress): void;
  /** An event could not take effect; its customer waits. */
  faulty(fault: EventFault): void;
  /** An event can't be parsed; its customer waits. */
  quarantined(item: Quarantined): void;
}

export interface WritePathOptions<A extends Account> extends Omit<WriteQueuesOptions<A>, 'onWritten'> {
  peers: Peers;
  observer: WritePathObserver;
}

export class WritePath<A extends Account> {
  readonly #options: WritePathOptions<A>;
  readonly #queues: WriteQueues<A>;
  readonly #forward: BringForward;
  #onWritten: () => void = () => {};

  constructor(options: WritePathOptions<A>) {
    this.#options = options;
    this.#forward = new BringForward(options.peers, this);
    this.#queues = new WriteQueues({ ...options, onWritten: () => this.#onWritten() });
  }

  /** Sets the listener that is called after each commit that wrote own events, to wake the relay. */
  onWritten(listener: () => void): void {
    this.#onWritten = listener;
  }

  get depth(): number {
    return this.#queues.depth;
  }

  drained(): Promise<void> {
    return this.#queues.drained();
  }

  /**
   * Executes a command: decides it, confirms a refusal where necessary, writes, settles, and returns the answer.
   *
   * @throws ProblemError unavailable, if the queue is full, or a refusal could not be confirmed
   */
  async execute(command: Command<A>): Promise<Answer> {
    let confirmation: Confirmation | null = null;
    const sinceMs = this.#options.clock.elapsed();
    for (let round = 0; ; round += 1) {
      const outcome = await this.#submitCommand({ kind: 'command', command, confirmation, sinceMs });
      if (outcome.kind === 'failed') throw outcome.error;
      if (outcome.kind === 'answered') return this.#settle(command, outcome.answer, outcome.settle);
      if (round === CONFIRM_ROUNDS_MAX)
        throw unavailable('the refusal could not be confirmed: the customer changes too often');
      this.#options.observer.unconfirmed(command.name);
      confirmation = await this.#confirm(command, outcome.confirmBy, outcome.progress);
    }
  }

  /** Applies followed events, pushed or pulled, in batches together with other waiting items. */
  async follow(events: readonly StreamEvent[]): Promise<Followed> {
    const followed = await this.#submitEvents({ kind: 'events', events });
    // An immediate pull would hit the same fault; the periodic search for customers that are behind is early enough.
    const faulty = new Set(followed.faults.map(({ event }) => event.customer_id));
    for (const [customerId, progress] of followed.progress) {
      const isBehind = Object.keys(progress.behind).length > 0;
      if (isBehind && !faulty.has(customerId)) this.#options.observer.behind(progress);
    }
    return followed;
  }

  /**
   * Quarantines events that can't be parsed, and marks their customers as behind where the customers can be read.
   *
   * @returns the progress of these customers
   */
  async quarantine(quarantined: readonly Quarantined[]): Promise<ReadonlyMap<number, Progress>> {
    const { progress } = await this.#submitEvents({ kind: 'quarantine', quarantined });
    for (const item of quarantined) {
      const { stream, customerId, version, source } = item;
      this.#options.observer.quarantined(item);
      const reached = customerId === null ? undefined : progress.get(customerId);
      // The healer's scan finds customers of pulled events. If the version is unknown, at least one event is missing.
      if (source === null || reached === undefined || !(stream in reached.applied)) continue;
      const behind = { ...reached.behind, [stream]: version ?? appliedOf(reached, stream) + 1 };
      this.#options.observer.behind({ ...reached, behind });
    }
    return progress;
  }

  /** Pulls a stream until the account has applied the version; false if the stream ends before that version. */
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
      // The event that failed may come after the requested version.
      const after = await this.#options.store.progress({ customerId });
      if (after !== null && appliedOf(after, stream) >= version) return true;
      throw error;
    }
  }

  /**
   * Waits until this service has applied all versions in the token.
   *
   * @throws ProblemError unavailable, if the token contains versions that don't exist, or an owner can't be reached
   */
  async catchUpWith({ customerId, versions }: ConsistencyToken): Promise<void> {
    const { model, store } = this.#options;
    const progress = await store.progress({ customerId });
    const own = progress?.version ?? 0;
    if (versions[model.stream] > own)
      throw unavailable(`the ${model.stream} version of this Consistency-Token does not exist`);
    for (const stream of model.follows) {
      if (versions[stream] <= (progress === null ? 0 : appliedOf(progress, stream))) continue;
      if (!(await this.catchUp(customerId, stream, versions[stream], 'token'))) {
        throw unavailable(`the ${stream} version of this Consistency-Token does not exist`);
      }
    }
  }

  /** The progress of a customer, pulled from the owner if it isn't known here; null if the customer doesn't exist. */
  async known(customer: { customerId: number }): Promise<Progress | null> {
    const progress = await this.#options.store.progress(customer);
    if (progress !== null && (this.#options.model.stream === 'customers' || appliedOf(progress, 'customers') > 0))
      return progress;
    if (this.#options.model.stream === 'customers') return null;
    this.#options.observer.pull('customers', 'confirm');
    return this.#forward.bring(customer, 'customers', progress);
  }

  /**
   * Checks that a filter's two ids name one customer. A name that is unknown here contradicts nothing.
   *
   * @throws ProblemError invalid_request
   */
  async checkFilter({ customerId, externalId }: CustomerRef): Promise<void> {
    if (customerId === undefined || externalId === undefined) return;
    const named = await this.#options.store.progress({ externalId });
    if (named !== null && named.customerId !== customerId)
      throw invalid('query', '/customer_external_id', 'must name the same customer as customer_id', 'contradiction');
  }

  /**
   * Reads rows, and then the versions of the customer that they concern: at least those that the rows reflect, so that
   * a later read with the token shows nothing older.
   *
   * @returns without a token if the rows concern no customer, or one that isn't known here
   */
  async read<Rows>(
    rowsOf: () => Promise<Rows>,
    customerOf: (rows: Rows) => CustomerRef,
  ): Promise<{ rows: Rows; token: ConsistencyToken | null }> {
    const { model, store } = this.#options;
    const rows = await rowsOf();
    const { customerId, externalId } = customerOf(rows);
    const progress = (customerId ?? externalId) === undefined ? null : await store.progress({ customerId, externalId });
    if (progress === null) return { rows, token: null };
    return { rows, token: { customerId: progress.customerId, versions: versionsOf(model.stream, progress) } };
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

  /** Records a command's call to a peer as a span of its trace. The request may serve other commands too. */
  #traced<T>({ origin }: Command<A>, name: string, work: Promise<T>): Promise<T> {
    const span = this.#options.tracer?.begin('client', name, origin.traceparent, {}) ?? null;
    return span === null ? work : endedBy(span, work);
  }

  async #submitCommand(item: Item<A>): Promise<CommandOutcome> {
    const result = await this.#queues.submit(item);
    if (result.kind !== 'command') throw new Error('a command was answered as an events item');
    return result.outcome;
  }

  async #submitEvents(item: Exclude<Item<A>, { kind: 'command' }>): Promise<Followed> {
    const result = await this.#queues.submit(item);
    if (result.kind !== 'events') throw new Error('an events item was answered as a command');
    return result.followed;
  }
}
