/**
 * The lines in which units wait for a lock that another transaction holds. One unit at a time waits in the database. A
 * customer's units wait in a line, in their order, and the lines take turns: a customer that is held for long delays
 * another one by a single lock wait, however many of its units are waiting. Commands that name a customer by its
 * external_id alone have a line of their own.
 */
import { BatchQueue, QueueFullError } from '@mo/service-kit';
import type { Account } from './account.ts';
import type { Item, Outcome } from './batch-runner.ts';
import { customersOf } from './units.ts';

/** The line of the units without a customer: registrations of names that another transaction is writing. */
const NO_CUSTOMER = '';

export class HeldLines<A extends Account> {
  readonly #waitingMax: number;
  /** At most the first unit of each line. */
  readonly #turns: BatchQueue<Item<A>, Outcome>;
  /** Each line's last unit: resolves when the unit has run. */
  readonly #lines = new Map<string, Promise<void>>();
  #waiting = 0;

  /**
   * @param run runs a unit
   * @param waitingMax the most units that wait
   */
  constructor(run: (unit: Item<A>) => Promise<Outcome>, waitingMax: number) {
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

  /**
   * Runs a unit after the earlier ones of its customer.
   *
   * @throws QueueFullError if too many units are waiting
   */
  async submit(unit: Item<A>): Promise<Outcome> {
    if (this.#waiting >= this.#waitingMax) throw new QueueFullError('too many units wait for locks');
    this.#waiting += 1;
    const line = customersOf(unit)[0] ?? NO_CUSTOMER;
    const earlier = this.#lines.get(line);
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.#lines.set(line, ended);
    try {
      await earlier;
      return await this.#turns.submit(unit);
    } finally {
      if (this.#lines.get(line) === ended) this.#lines.delete(line);
      end();
    }
  }
}
