/**
 * Runs batches against the store: what waits is taken by one transaction; where another got in the way, or the tables
 * refuse what it would write, the batch is halved until each item to blame is alone, so that one that fails doesn't touch its
 * neighbours.
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

/** How often a single command or event batch is tried again after a conflict. */
const CONFLICT_RETRIES_MAX = 8;
/** It is not tried again after this: whatever else waits for the store waits with it. */
const CONFLICT_MS_MAX = 3_000;

/** What became of followed events: of each one, and of the customers that they concern. */
export interface Followed {
  readonly outcomes: readonly EventOutcome[];
  readonly progress: ReadonlyMap<number, Progress>;
  /** Those that could not take effect though their turn had come. */
  readonly faults: readonly EventFault[];
}

/** What waits for a batch. */
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
  /** Another transaction holds what the item needs: it is to be run again where nothing waits behind it. */
  | { kind: 'busy'; error: StoreBusyError };

export interface BatchRunnerOptions<A extends Account> {
  model: StreamModel<A>;
  store: Store<A>;
  clock: Clock;
  /** Left out where nothing is traced. */
  tracer?: Tracer | null;
  observer: { faulty(fault: EventFault): void };
  /** Why an item need not be tried again; null where it has to be. */
  refusalOf: (item: Item<A>) => Outcome | null;
  /** Told after each commit that wrote own events. */
  onWritten: () => void;
}

export class BatchRunner<A extends Account> {
  readonly #options: BatchRunnerOptions<A>;

  constructor(options: BatchRunnerOptions<A>) {
    this.#options = options;
  }

  /**
   * Runs a batch, and waits for no lock for long. If another transaction wrote the same rows, the batch runs once more on
   * the new rows. If that fails as well, or a lock is held, or the tables refuse a row, the batch runs in halves: a few
   * transactions find the items to blame and take all the others.
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

  /** Runs an item that was busy, and waits for the locks that it needs. */
  runPatiently(item: Item<A>): Promise<Outcome> {
    return this.#runAlone(item, 'alone');
  }

  /** A half that fails doesn't take along the other one, which may be committed. */
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

  /** What fails here fails alone: items before it are committed, and those after it have their turn. */
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
   * An event that the tables refuse by itself is faulty, like one whose effect throws. Those of a customer whom another
   * transaction holds are busy, and keep nobody else's from taking effect.
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

/** Takes an item into the batch; the outcome is read once the whole batch has been taken. */
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

/** How many commands and events an item is. */
export function weightOf<A extends Account>(item: Item<A>): number {
  if (item.kind === 'command') return 1;
  return item.kind === 'events' ? item.events.length : item.quarantined.length;
}

/** Whether one item of a batch may be to blame, so that the others go on without it. */
const isOfOneItem = (error: unknown): boolean =>
  error instanceof StoreConflictError || error instanceof StoreRefusalError;
