/**
 * A queue of waiters, served in order of arrival while a capacity limit is reached. Each wait has a time limit, because
 * under overload a queue without one only delays every answer: each waiter would be served after the whole length of
 * the queue, when it may have given up already.
 */
export class Turns {
  readonly #waitMsMax: number;
  readonly #waiting = new Set<(isTurn: boolean) => void>();

  constructor(waitMsMax: number) {
    this.#waitMsMax = waitMsMax;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Calls back with true when it is this waiter's turn, or with false after the wait. @returns a function that stops
   * waiting
   */
  wait(goOn: (isTurn: boolean) => void, waitMs = this.#waitMsMax): () => void {
    const stop = () => {
      clearTimeout(timer);
      this.#waiting.delete(wake);
    };
    const wake = (isTurn: boolean) => {
      stop();
      goOn(isTurn);
    };
    const timer = setTimeout(() => wake(false), waitMs);
    this.#waiting.add(wake);
    return stop;
  }

  /** Gives the first waiter its turn. */
  next(): void {
    const [wake] = this.#waiting;
    wake?.(true);
  }
}
