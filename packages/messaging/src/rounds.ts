/** Work that a process repeats in the background, concurrently with requests, until it is stopped. */
import type { Clock, Logger } from '@mo/service-kit';

export class Rounds {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>[] = [];

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Aborted when the work has to stop. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /**
   * Repeats some work, with a pause of `intervalMs` after each round. A failed round doesn't prevent the next one. A
   * round that ends because of the stop signal has not failed.
   *
   * @param failure the log message for a failed round: a warning for the first of several in a row, debug for the
   *   others
   */
  every(intervalMs: number, failure: string, work: () => Promise<void>): void {
    this.#running.push(this.#run(intervalMs, failure, work));
  }

  /** Starts no more rounds. Resolves when the current rounds have ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  async #run(intervalMs: number, failure: string, work: () => Promise<void>): Promise<void> {
    let hasFailed = false;
    while (!this.signal.aborted) {
      try {
        await work();
        hasFailed = false;
      } catch (error) {
        if (this.signal.aborted && error === this.signal.reason) return;
        this.#logger[hasFailed ? 'debug' : 'warn']({ err: error }, failure);
        hasFailed = true;
      }
      await this.#clock.sleep(intervalMs, this.signal);
    }
  }
}
