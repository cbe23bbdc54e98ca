/**
 * A queue of waiters, served in order of arrival when they can continue. Each wait has a time limit, because under
 * overload a queue without one only delays every answer: each waiter would be served after the whole length of the
 * queue, when it may have given up already.
 */
export class Turns {
  readonly #waiting = new Set<(isTurn: boolean) => void>();

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Calls back with true when it is this waiter's turn, or with false after the maximum wait. @returns a function that
   * stops waiting
   */
  wait(waitMsMax: number, goOn: (isTurn: boolean) => void): () => void {
    const stop = () => {
      clearTimeout(timer);
      this.#waiting.delete(wake);
    };
    const wake = (isTurn: boolean) => {
      stop();
      goOn(isTurn);
    };
    const timer = setTimeout(() => wake(false), waitMsMax);
    this.#waiting.add(wake);
    return stop;
  }

  /** Gives the first waiter its turn. */
  next(): void {
    const [wake] = this.#waiting;
    wake?.(true);
  }

  /**
   * Gives those who wait now their turns, for as long as there is room. One that has to wait again gets no second turn
   * here.
   */
  nextWhile(hasRoom: () => boolean): void {
    for (let left = this.#waiting.size; left > 0 && hasRoom(); left -= 1) this.next();
  }
}
