/**
 * Runs batches against the store. One transaction takes all items of a batch. If it conflicts with another transaction,
 * or a table constraint rejects a row, the batch is halved until each failing item is alone, so that a failure doesn't
 * affect the other items.
 */
import type { StreamEvent } from '@mo/contracts';
import type { Clock, Tracer } from '@mo/service-kit';
import type { Account, Progress, StreamModel } from './account.ts';
import { Batch, type CommandOutcome, type Confirmation, type EventFault, quarantinedBy } from './batch.ts';
import { BatchSpans } from './batch-spans.ts';
import type { Command } from './command.ts';
import type { EventOutcome } from './follow.ts';
import type { Quarantined } from './quarantine.ts';
import { type LockWait, type Store, StoreBusyError, StoreConflictError, StoreRefusalError } from './store.ts';

/** The most attempts for a single item, after conflicts. */
const CONFLICT_RETRIES_MAX = 8;
/** No new attempt begins after this time, because everything queued for the store waits as well. */
const CONFLICT_MS_MAX = 3_000;

/** The outcome of each followed event, and the progress of the customers concerned. */
export interface Followed {
  readonly outcomes: readonly EventOutcome[];
  readonly progress: ReadonlyMap<number, Progress>;
  /** The events that were next in order but could not take effect. */
  readonly faults: readonly EventFault[];
}

/** A unit of work that waits for a batch. */
export type Item<A extends Account> =
  | {
      readonly kind: 'command';
      readonly command: Command<A>;
      readonly confirmation: Confirmation | null;
      /** When the caller's request began, in ms. */
      readonly sinceMs: number;
    }
  | { readonly kind: 'events'; readonly events: readonly StreamEvent[] }
  | { readonly kind: 'quarantine'; readonly quarantined: readonly Quarantined[] };
export type Outcome =
  | { kind: 'command'; outcome: CommandOutcome }
  | { kind: 'events'; followed: Followed }
  | { kind: 'failed'; error: unknown }
  /** Another transaction holds a lock that the item needs: run the item again in a queue where it delays no other. */
  | { kind: 'busy'; error: StoreBusyError };

export interface BatchRunnerOptions<A extends Account> {
  model: StreamModel<A>;
  store: Store<A>;
  clock: Clock;
  /** Absent if tracing is off. */
  tracer?: Tracer | null;
  observer: { faulty(fault: EventFault): void };
  /** The outcome of an item that need not be tried (again); null if it must be. */
  refusalOf: (item: Item<A>) => Outcome | null;
  /** Called after each commit that wrote own events. */
  onWritten: () => void;
}

export class BatchRunner<A extends Account> {
  readonly #options: BatchRunnerOptions<A>;

  constructor(options: BatchRunnerOptions<A>) {
    this.#options = options;
  }

  /**
   * Runs a batch, with a short limit on lock waits. If another transaction wrote the same rows, the batch runs once
   * more on the new rows. If that fails as well, or a lock is held, or a constraint rejects a row, the batch runs in
   * halves: a few transactions isolate the failing items and commit all others.
   */
  async run(items: Item<A>[], lockWait: LockWait = 'batch'): Promise<Outcome[]> {
    const [only] = items;
    if (only !== undefined && items.length === 1) return [await this.#runAlone(only, lockWait)];
    try {
      return await this.#runTwice(items, lockWait);
    } catch (error) {
      if (!isOfOneItem(error)) throw error;
    }
    const middle = Math.ceil(items.length / 2);
    return [...(await this.#runHalf(items.slice(0, middle))), ...(await this.#runHalf(items.slice(middle)))];
  }

  /** Runs an item that was busy, with a longer limit on lock waits. */
  runPatiently(item: Item<A>): Promise<Outcome> {
    return this.#runAlone(item, 'alone');
  }

  /** Failure of one half must not fail the other half, which may be committed already. */
  async #runHalf(items: Item<A>[]): Promise<Outcome[]> {
    try {
      return await this.run(items, 'part');
    } catch (error) {
      return items.map(() => ({ kind: 'failed', error }));
    }
  }

  async #runTwice(items: Item<A>[], lockWait: LockWait): Promise<Outcome[]> {
    try {
      return await this.#run(items, lockWait);
    } catch (error) {
      const isSettled = error instanceof StoreConflictError && !(error instanceof StoreBusyError);
      if (!isSettled) throw error;
      return this.#run(items, lockWait);
    }
  }

  /** A failure here affects this item only: earlier items are committed, and later items still run. */
  async #runAlone(item: Item<A>, lockWait: LockWait): Promise<Outcome> {
    const { clock, refusalOf } = this.#options;
    const isPatient = lockWait === 'alone';
    const endMs = clock.elapsed() + CONFLICT_MS_MAX;
    for (let attempt = 1; ; attempt += 1) {
      const refusal = refusalOf(item);
      if (refusal !== null) return refusal;
      try {
        return (await this.#run([item], lockWait))[0] as Outcome;
      } catch (error) {
        const isBusy = error instanceof StoreBusyError;
        const isAgain = attempt < CONFLICT_RETRIES_MAX && clock.elapsed() < endMs && (isPatient || !isBusy);
        if (error instanceof StoreConflictError && isAgain) continue;
        if (isBusy && isPatient) return { kind: 'failed', error };
        if (item.kind === 'events' && isOfOneItem(error)) return this.#runEventByEvent(item.events, error);
        return isBusy ? { kind: 'busy', error } : { kind: 'failed', error };
      }
    }
  }

  /**
   * An event that a constraint rejects on its own is faulty, like one whose effect throws. Events of a customer whose
   * row another transaction has locked are busy; they don't block events of other customers.
   */
  async #runEventByEvent(events: readonly StreamEvent[], error: unknown): Promise<Outcome> {
    const [event] = events;
    if (event !== undefined && events.length === 1)
      return error instanceof StoreBusyError ? { kind: 'busy', error } : this.#runFaulty(event, error);
    const parts: Followed[] = [];
    const held = new Set<number>();
    let busy: Outcome | null = null;
    for (const one of events) {
      if (held.has(one.customer_id)) continue;
      const outcome = await this.#runAlone({ kind: 'events', events: [one] }, 'part');
      if (outcome.kind === 'events') parts.push(outcome.followed);
      else if (outcome.kind === 'busy') {
        held.add(one.customer_id);
        busy = outcome;
      } else return outcome;
    }
    if (busy !== null) return busy;
    const followed = {
      outcomes: parts.flatMap(({ outcomes }) => outcomes),
      progress: new Map(parts.flatMap(({ progress }) => [...progress])),
      faults: parts.flatMap(({ faults }) => faults),
    };
    return { kind: 'events', followed };
  }

  async #runFaulty(event: StreamEvent, error: unknown): Promise<Outcome> {
    const outcome = await this.#runAlone(
      { kind: 'quarantine', quarantined: [quarantinedBy({ event, error })] },
      'part',
    );
    if (outcome.kind !== 'events') return outcome;
    this.#options.observer.faulty({ event, error });
    const { progress } = outcome.followed;
    return { kind: 'events', followed: { outcomes: ['faulty'], progress, faults: [{ event, error }] } };
  }

  async #run(items: Item<A>[], lockWait: LockWait): Promise<Outcome[]> {
    const spans = BatchSpans.begin(this.#options.tracer ?? null, items);
    if (spans === null) return this.#transact(items, null, lockWait);
    try {
      const outcomes = await this.#transact(items, spans, lockWait);
      spans.end(items, outcomes);
      return outcomes;
    } catch (error) {
      spans.fail(error);
      throw error;
    }
  }

  async #transact(items: Item<A>[], spans: BatchSpans | null, lockWait: LockWait): Promise<Outcome[]> {
    const { model, store, clock, onWritten } = this.#options;
    const commands = items.flatMap((item) => (item.kind === 'command' ? [item.command] : []));
    const events = items.flatMap((item) => (item.kind === 'events' ? item.events : []));
    const quarantined = items.flatMap((item) => (item.kind === 'quarantine' ? item.quarantined : []));
    const { outcomes, wrote, faults } = await store.transaction(async (transaction) => {
      const state = await transaction.open({ commands, events, quarantined }, clock.now());
      const batch = new Batch(model, state, clock.now(), spans);
      const taken = items.map((item) => take(batch, item));
      const changes = batch.changes();
      if (changes.accounts.length + changes.answers.length + changes.quarantined.length > 0) transaction.save(changes);
      return { outcomes: taken.map((finish) => finish()), wrote: changes.written.length > 0, faults: batch.faults };
    }, lockWait);
    for (const fault of faults) this.#options.observer.faulty(fault);
    if (wrote) onWritten();
    return outcomes;
  }
}

/** Adds an item to the batch. The returned function reads the outcome; call it after all items have been added. */
function take<A extends Account>(batch: Batch<A>, item: Item<A>): () => Outcome {
  if (item.kind === 'command') {
    const outcome = batch.command(item.command, item.confirmation);
    return () => ({ kind: 'command', outcome });
  }
  if (item.kind === 'quarantine') {
    batch.quarantine(item.quarantined);
    const customerIds = item.quarantined.flatMap(({ customerId }) => customerId ?? []);
    return () => ({
      kind: 'events',
      followed: { outcomes: [], progress: progressIn(batch, customerIds), faults: [] },
    });
  }
  const outcomes = batch.events(item.events);
  const concerned = new Set(item.events);
  const customerIds = item.events.map(({ customer_id }) => customer_id);
  return () => {
    const faults = batch.faults.filter(({ event }) => concerned.has(event));
    return { kind: 'events', followed: { outcomes, progress: progressIn(batch, customerIds), faults } };
  };
}

function progressIn<A extends Account>(batch: Batch<A>, customerIds: readonly number[]): Map<number, Progress> {
  const progress = new Map<number, Progress>();
  for (const customerId of customerIds) {
    const reached = batch.progress(customerId);
    if (reached !== null) progress.set(customerId, reached);
  }
  return progress;
}

/** The number of commands and events in an item. */
export function weightOf<A extends Account>(item: Item<A>): number {
  if (item.kind === 'command') return 1;
  return item.kind === 'events' ? item.events.length : item.quarantined.length;
}

/** Whether a single item may have caused the error, so that the rest of the batch can run without it. */
const isOfOneItem = (error: unknown): boolean =>
  error instanceof StoreConflictError || error instanceof StoreRefusalError;
