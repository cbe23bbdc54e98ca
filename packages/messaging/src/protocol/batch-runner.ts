/**
 * Runs batches against the store. One transaction takes all items of a batch. If it conflicts with another transaction,
 * or a table constraint rejects a row, the batch is divided into units of one customer each (see `units.ts`) and halved
 * until each failing unit is alone, so that a failure doesn't affect the others.
 */
import type { StreamEvent } from '@mo/contracts';
import { type Clock, StoreBusyError, StoreConflictError, StoreRefusalError, type Tracer } from '@mo/service-kit';
import type { Account, Progress, StreamModel } from './account.ts';
import { Batch, type CommandOutcome, type Confirmation, type EventFault, quarantinedBy } from './batch.ts';
import { BatchSpans } from './batch-spans.ts';
import type { Command } from './command.ts';
import type { EventOutcome } from './follow.ts';
import type { Quarantined } from './quarantine.ts';
import type { LockWait, Store } from './store.ts';
import { customersOf, joined, merged, unitsOf } from './units.ts';

/** The most attempts for a single item, after conflicts. */
const CONFLICT_RETRIES_MAX = 8;
/**
 * No third or later attempt begins after this time, because everything queued for the store waits as well. After a
 * settled conflict the second one always may: on a slow machine the first conflict alone can take as long. After the
 * wait for a busy row it may not.
 */
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
  /**
   * Another transaction holds a lock that the item needs: run its busy units again, each where it delays no other.
   * `units` has the outcomes of its units; it is empty for an item that is one unit.
   */
  | { kind: 'busy'; error: StoreBusyError; units: readonly Outcome[] };

export interface BatchRunnerOptions<A extends Account> {
  model: StreamModel<A>;
  store: Store<A>;
  clock: Clock;
  /** Absent if tracing is off. */
  tracer?: Tracer | null;
  observer: { faulty(fault: EventFault): void };
  /** The outcome of an item that need not be tried (again); null if it must be. `isHeld`: it has waited for a lock. */
  refusalOf: (item: Item<A>, isHeld?: boolean) => Outcome | null;
  /** Called after each commit that wrote own events. */
  onWritten: () => void;
}

/**
 * The customers whose lock another transaction holds, with the outcome of the unit that found this out. The lock may
 * also be that of a name or a key: then the customer's later units wait without need, but in their order.
 */
type HeldCustomers = Map<string, Outcome>;

export class BatchRunner<A extends Account> {
  readonly #options: BatchRunnerOptions<A>;

  constructor(options: BatchRunnerOptions<A>) {
    this.#options = options;
  }

  /**
   * Runs a batch, with short limits on lock waits. If another transaction wrote the same rows, the batch runs once more
   * on the new rows. If that fails as well, or a lock is held, or a constraint rejects a row, its units run in halves:
   * a few transactions isolate the failing units and commit all others.
   */
  async run(items: Item<A>[]): Promise<Outcome[]> {
    const outcomes = items.map((item) => this.#options.refusalOf(item));
    const wanted = items.filter((_, place) => outcomes[place] === null);
    return completed(outcomes, await this.#runWanted(wanted));
  }

  /** Runs a unit that was busy, with a longer limit on lock waits. */
  runPatiently(unit: Item<A>): Promise<Outcome> {
    return this.#runAlone(unit, 'alone');
  }

  async #runWanted(items: Item<A>[]): Promise<Outcome[]> {
    const [only] = items;
    if (only === undefined) return [];
    if (items.length === 1 && unitsOf(only).length <= 1) return [await this.#runAlone(only, 'batch')];
    try {
      return await this.#runTwice(items, 'batch');
    } catch (error) {
      if (!isOfOneItem(error)) throw error;
    }
    const units = items.map((item) => unitsOf(item));
    const outcomes = (await this.#runHalves(units.flat(), new Map())).values();
    return items.map((item, place) => {
      const ofItem = (units[place] ?? []).map(() => outcomes.next().value as Outcome);
      return joined(item, ofItem);
    });
  }

  async #runHalves(units: Item<A>[], held: HeldCustomers): Promise<Outcome[]> {
    const middle = Math.ceil(units.length / 2);
    const first = await this.#runPart(units.slice(0, middle), held);
    return [...first, ...(await this.#runPart(units.slice(middle), held))];
  }

  /** Units of customers that are known to be held don't wait again, and so stay behind the earlier ones. */
  async #runPart(units: Item<A>[], held: HeldCustomers): Promise<Outcome[]> {
    const outcomes = units.map((unit) => this.#options.refusalOf(unit) ?? heldOutcomeOf(unit, held));
    const left = units.filter((_, place) => outcomes[place] === null);
    return completed(outcomes, await this.#runLeft(left, held));
  }

  /** Failure of one half must not fail the other half, which may be committed already. */
  async #runLeft(units: Item<A>[], held: HeldCustomers): Promise<Outcome[]> {
    const [only] = units;
    if (only === undefined) return [];
    if (units.length === 1) {
      const outcome = await this.#runAlone(only, 'part');
      if (outcome.kind === 'busy') for (const customer of customersOf(only)) held.set(customer, outcome);
      return [outcome];
    }
    try {
      return await this.#runTwice(units, 'part');
    } catch (error) {
      if (!isOfOneItem(error)) return units.map(() => ({ kind: 'failed', error }));
    }
    return this.#runHalves(units, held);
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
  async #runAlone(unit: Item<A>, lockWait: LockWait): Promise<Outcome> {
    const { clock, refusalOf } = this.#options;
    const isPatient = lockWait === 'alone';
    const endMs = clock.elapsed() + CONFLICT_MS_MAX;
    for (let attempt = 1; ; attempt += 1) {
      const refusal = refusalOf(unit, isPatient);
      if (refusal !== null) return refusal;
      try {
        return (await this.#run([unit], lockWait))[0] as Outcome;
      } catch (error) {
        const isBusy = error instanceof StoreBusyError;
        const isInTime = clock.elapsed() < endMs || (attempt === 1 && !isBusy);
        const isAgain = attempt < CONFLICT_RETRIES_MAX && isInTime && (isPatient || !isBusy);
        if (error instanceof StoreConflictError && isAgain) continue;
        if (isBusy && !isPatient) return { kind: 'busy', error, units: [] };
        const isMaybeFaulty = unit.kind === 'events' && !isBusy && isOfOneItem(error);
        return isMaybeFaulty ? this.#runEventByEvent(unit.events, error) : { kind: 'failed', error };
      }
    }
  }

  /** An event that a constraint rejects on its own is faulty, like one whose effect throws. */
  async #runEventByEvent(events: readonly StreamEvent[], error: unknown): Promise<Outcome> {
    const [event] = events;
    if (event !== undefined && events.length === 1) return this.#runFaulty(event, error);
    const parts: Followed[] = [];
    for (const one of events) {
      const outcome = await this.#runAlone({ kind: 'events', events: [one] }, 'part');
      if (outcome.kind !== 'events') return outcome;
      parts.push(outcome.followed);
    }
    return { kind: 'events', followed: merged(parts) };
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

/** A busy outcome for a unit of a customer whose lock is known to be held; null for others. */
function heldOutcomeOf<A extends Account>(unit: Item<A>, held: HeldCustomers): Outcome | null {
  return customersOf(unit).flatMap((customer) => held.get(customer) ?? [])[0] ?? null;
}

/** Outcomes with the missing ones, which follow in their order. */
function completed(outcomes: readonly (Outcome | null)[], missing: readonly Outcome[]): Outcome[] {
  const next = missing.values();
  return outcomes.map((outcome) => outcome ?? (next.next().value as Outcome));
}

/** Whether a single item may have caused the error, so that the rest of the batch can run without it. */
const isOfOneItem = (error: unknown): boolean =>
  error instanceof StoreConflictError || error instanceof StoreRefusalError;
