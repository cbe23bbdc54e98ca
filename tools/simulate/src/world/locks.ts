/**
 * Database locks on rows and unique keys, held to the end of a transaction and granted in order of request. A request
 * that waits too long fails. The single lock order must exclude deadlocks.
 */
import { StoreBusyError } from '@mo/service-kit';
import type { Scheduler } from '../engine/scheduler.ts';

export interface Holder {
  /** How long it waits for a lock, in µs. */
  readonly lockWaitUsMax: number;
  readonly held: Set<string>;
  waitsFor: Wait | null;
}

interface Wait {
  readonly key: string;
  readonly holder: Holder;
  readonly granted: () => void;
  readonly failed: (error: Error) => void;
}

interface Lock {
  holder: Holder;
  readonly waiting: Wait[];
}

export class Locks {
  readonly #scheduler: Scheduler;
  readonly #locks = new Map<string, Lock>();
  readonly #onCircle: (key: string) => void;
  /** The number of requests that had to wait. */
  waits = 0;

  constructor(scheduler: Scheduler, onCircle: (key: string) => void) {
    this.#scheduler = scheduler;
    this.#onCircle = onCircle;
  }

  /**
   * Acquires locks one after the other, in the given order.
   *
   * @param refusal the reason why a lock can't be taken, whoever holds it; null if it can
   */
  takeAll(
    holder: Holder,
    keys: readonly string[],
    done: () => void,
    failed: (error: Error) => void,
    refusal: (key: string) => Error | null = () => null,
  ): void {
    const takeFrom = (place: number): void => {
      for (let next = place; next < keys.length; next += 1) {
        const key = keys[next] as string;
        const refused = refusal(key);
        if (refused !== null) {
          failed(refused);
          return;
        }
        if (!this.#takeNow(holder, key)) {
          this.#wait({ key, holder, granted: () => takeFrom(next), failed });
          return;
        }
      }
      done();
    };
    takeFrom(0);
  }

  /** Releases all locks of a transaction, and cancels its pending request. */
  releaseAll(holder: Holder): void {
    this.#stopWaiting(holder);
    const keys = [...holder.held];
    holder.held.clear();
    for (const key of keys) this.#passOn(key);
  }

  #takeNow(holder: Holder, key: string): boolean {
    const lock = this.#locks.get(key);
    if (lock !== undefined) return lock.holder === holder;
    this.#locks.set(key, { holder, waiting: [] });
    holder.held.add(key);
    return true;
  }

  #wait(wait: Wait): void {
    this.waits += 1;
    if (this.#isCircle(wait)) {
      this.#onCircle(wait.key);
      wait.failed(new StoreBusyError('deadlock detected'));
      return;
    }
    wait.holder.waitsFor = wait;
    (this.#locks.get(wait.key) as Lock).waiting.push(wait);
    this.#scheduler.after(wait.holder.lockWaitUsMax, null, () => {
      if (wait.holder.waitsFor !== wait) return;
      this.#stopWaiting(wait.holder);
      wait.failed(new StoreBusyError('lock not available'));
    });
  }

  #isCircle(wait: Wait): boolean {
    for (let key: string | undefined = wait.key; key !== undefined; ) {
      const holder: Holder | undefined = this.#locks.get(key)?.holder;
      if (holder === wait.holder) return true;
      key = holder?.waitsFor?.key;
    }
    return false;
  }

  #stopWaiting(holder: Holder): void {
    const wait = holder.waitsFor;
    if (wait === null) return;
    holder.waitsFor = null;
    const waiting = this.#locks.get(wait.key)?.waiting;
    waiting?.splice(waiting.indexOf(wait), 1);
  }

  #passOn(key: string): void {
    const lock = this.#locks.get(key) as Lock;
    const next = lock.waiting.shift();
    if (next === undefined) {
      this.#locks.delete(key);
      return;
    }
    lock.holder = next.holder;
    next.holder.held.add(key);
    next.holder.waitsFor = null;
    next.granted();
  }
}
