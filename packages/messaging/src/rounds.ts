/** Work that a process does over and over beside its requests, until it is stopped. */
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

  /** Aborted once nothing more is to be done. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /**
   * Begins some work, and rests so long after each round. A round that fails ends there; the next one comes all the same. One
   * that ends because nothing more is to be done has not failed.
   *
   * @param failure what the log says of a round that failed: as a warning of the first of several in a row
   */
  every(intervalMs: number, failure: string, work: () => Promise<void>): void {
    this.#running.push(this.#run(intervalMs, failure, work));
  }

  /** Begins no more rounds. Resolves once those under way are over. */
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
