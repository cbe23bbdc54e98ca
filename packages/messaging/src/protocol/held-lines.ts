/**
 * The lines in which units wait for a lock that another transaction holds. One unit at a time waits in the database. A
 * customer's units wait in a line, in their order, and the lines take turns: a customer that is held for long delays
 * another one by a single lock wait, however many of its units are waiting. Commands that name a customer by its
 * external_id alone have a line of their own.
 *
 * A customer counts as held from the first unit that waits in vain until one of its units runs, and for a limited time.
 * Meanwhile its followed events go to its line at once: in a batch, each retry would cost all others a lock wait.
 */
import { BatchQueue, type Clock, QueueFullError, StoreBusyError } from '@mo/service-kit';
import type { Account } from './account.ts';
import type { Item, Outcome } from './batch-runner.ts';
import { customersOf } from './units.ts';

/** The line of the units without a customer: registrations of names that another transaction is writing. */
const NO_CUSTOMER = '';
/**
 * How long a customer counts as held after its last unit has waited in vain. Longer than the pauses between a follower's
 * retries, and short, because the lock may be free by then.
 */
export const HELD_MS_MAX = 10_000;

export class HeldLines<A extends Account> {
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #waitingMax: number;
  /** When each held customer counts as held no longer; the earliest comes first. */
  readonly #heldUntilMs = new Map<string, number>();
  /** At most the first unit of each line. */
  readonly #turns: BatchQueue<Item<A>, Outcome>;
  /** Each line's last unit: resolves when the unit has run. */
  readonly #lines = new Map<string, Promise<void>>();
  #waiting = 0;

  /**
   * @param run runs a unit
   * @param waitingMax the most units that wait
   * @param clock times how long customers count as held
   */
  constructor(run: (unit: Item<A>) => Promise<Outcome>, waitingMax: number, clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock;
    this.#waitingMax = waitingMax;
    this.#turns = new BatchQueue({
      run: (units) => {
        this.#waiting -= units.length;
        return Promise.all(units.map(run));
      },
      weightMax: 1,
      queueWeightMax: waitingMax,
    });
  }

  /** The number of units that wait. */
  get depth(): number {
    return this.#waiting;
  }

  /** Resolves once nothing is waiting or running. */
  async drained(): Promise<void> {
    while (this.#lines.size > 0) await Promise.all(this.#lines.values());
  }

  /** Whether an item needs a customer that is held. */
  holds(item: Item<A>): boolean {
    if (this.#heldUntilMs.size === 0) return false;
    const nowMs = this.#clock.elapsed();
    return customersOf(item).some((customer) => (this.#heldUntilMs.get(customer) ?? nowMs) > nowMs);
  }

  /**
   * Runs a unit that has waited for a lock in vain, or whose customer is held, after the earlier ones of its customer.
   *
   * @throws QueueFullError if too many units are waiting
   */
  async submit(unit: Item<A>): Promise<Outcome> {
    if (this.#waiting >= this.#waitingMax) throw new QueueFullError('too many units wait for locks');
    this.#waiting += 1;
    const customers = customersOf(unit);
    if (!this.holds(unit)) this.#hold(customers);
    const line = customers[0] ?? NO_CUSTOMER;
    const earlier = this.#lines.get(line);
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.#lines.set(line, ended);
    try {
      await earlier;
      const outcome = await this.#turns.submit(unit);
      if (isBusy(outcome)) this.#hold(customers);
      else if (outcome.kind !== 'failed') for (const customer of customers) this.#heldUntilMs.delete(customer);
      return outcome;
    } finally {
      if (this.#lines.get(line) === ended) this.#lines.delete(line);
      end();
    }
  }

  #hold(customers: readonly string[]): void {
    const nowMs = this.#clock.elapsed();
    for (const customer of customers) {
      this.#heldUntilMs.delete(customer);
      this.#heldUntilMs.set(customer, nowMs + HELD_MS_MAX);
    }
    for (const [customer, untilMs] of this.#heldUntilMs) {
      if (untilMs > nowMs) return;
      this.#heldUntilMs.delete(customer);
    }
  }
}

/** Whether a unit has waited for a lock in vain. */
const isBusy = (outcome: Outcome): boolean =>
  outcome.kind === 'busy' || (outcome.kind === 'failed' && outcome.error instanceof StoreBusyError);
