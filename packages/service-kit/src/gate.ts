/**
 * Admits at most `atOnceMax` callers to the database at once. The others wait for their turn, in a bounded queue and
 * for a bounded time.
 */
import { unavailable } from './problem-error.ts';
import { storeWaited } from './store-error.ts';
import { Turns } from './turns.ts';

export interface GateLimits {
  readonly atOnceMax: number;
  readonly waitingMax: number;
  readonly waitMsMax: number;
}

export class Gate {
  readonly #limits: GateLimits;
  readonly #turns = new Turns();
  #inside = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#turns.waiting;
  }

  /**
   * Runs the work once it is its turn, or not at all if nobody waits for the result any more.
   *
   * @throws ProblemError unavailable if too many are waiting, or the turn did not come in time
   */
  async pass<T>(work: () => Promise<T>, isGone: () => boolean): Promise<T> {
    if (this.#inside >= this.#limits.atOnceMax) await this.#wait();
    else this.#inside += 1;
    try {
      if (isGone()) throw unavailable('the caller has disconnected');
      return await work();
    } finally {
      // The next waiter takes over the place of this one.
      if (this.#turns.waiting > 0) this.#turns.next();
      else this.#inside -= 1;
    }
  }

  #wait(): Promise<void> {
    const { waitingMax, waitMsMax } = this.#limits;
    if (this.#turns.waiting >= waitingMax) throw unavailable('too many requests are waiting');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#turns.wait(waitMsMax, (isTurn) => (isTurn ? resolve() : reject(unavailable(storeWaited(waitMsMax)))));
    return promise;
  }
}
