/** Work that a process repeats in the background, concurrently with requests, until it is stopped. */
import type { Clock, Logger } from '@mo/service-kit';

/** How long after its start a process expects failures: its peers may be starting too, and topics may be new. */
export const STARTING_MS = 120_000;

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
   *   others; info instead of a warning while the process starts. The end of what was a warning is logged, too
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
    const beganMs = this.#clock.elapsed();
    let logged: 'nothing' | 'info' | 'warn' = 'nothing';
    while (!this.signal.aborted) {
      try {
        await work();
        if (logged === 'warn') this.#logger.info({ failure }, 'background work succeeds again');
        logged = 'nothing';
      } catch (error) {
        if (this.signal.aborted && error === this.signal.reason) return;
        const level = this.#clock.elapsed() - beganMs < STARTING_MS ? 'info' : 'warn';
        const isRepeated = logged === 'warn' || logged === level;
        this.#logger[isRepeated ? 'debug' : level]({ err: error }, failure);
        if (!isRepeated) logged = level;
      }
      await this.#clock.sleep(intervalMs, this.signal);
    }
  }
}
