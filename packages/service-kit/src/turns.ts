/**
 * Those who wait for their turn, while as many are served as can be served at once. They are served in the order of their
 * arrival. Who has waited for too long is told so, for under overload a queue without an age only makes every answer late:
 * whoever is served then has waited as long as the queue is, and has perhaps given up.
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

  /** Calls back with true once it is this one's turn, or with false after the longest wait. Answers with how to stop. */
  wait(goOn: (isTurn: boolean) => void): () => void {
    const stop = () => {
      clearTimeout(timer);
      this.#waiting.delete(wake);
    };
    const wake = (isTurn: boolean) => {
      stop();
      goOn(isTurn);
    };
    const timer = setTimeout(() => wake(false), this.#waitMsMax);
    this.#waiting.add(wake);
    return stop;
  }

  /** Gives the first in line its turn. */
  next(): void {
    const [wake] = this.#waiting;
    wake?.(true);
  }
}
