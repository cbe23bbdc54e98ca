/** Work that a process repeats in the background, concurrently with requests, until it is stopped. */
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';
import { RetryLog } from './retry-log.ts';

/** How long after its start a process expects that peers are starting too, and that topics are new. */
export const STARTING_MS = 120_000;

export interface RoundsOptions {
  /** Whether the work needs more than the own database, which the start of a process has reached already. */
  readonly needsPeers?: boolean;
}

type Work = (() => Promise<boolean>) | (() => Promise<void>);

export class Rounds {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #wakes: (() => void)[] = [];

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
   * @param failure the log message for a failed round: a warning for each reason, once a minute, and info instead while
   *   peers may be starting. The end of what was a warning is logged, too
   * @param work false if the round had nothing to try: it tells nothing about an earlier failure
   * @returns starts the next round at once, or after the current one
   */
  every(intervalMs: number, failure: string, work: Work, options: RoundsOptions = {}): () => void {
    const pause = { ended: new AbortController() };
    const wake = () => pause.ended.abort();
    this.#wakes.push(wake);
    this.#running.push(this.#run(intervalMs, failure, work, pause, options));
    return wake;
  }

  /** Starts no more rounds. Resolves when the current rounds have ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const wake of this.#wakes) wake();
    await Promise.all(this.#running);
  }

  async #run(
    intervalMs: number,
    failure: string,
    work: Work,
    pause: { ended: AbortController },
    { needsPeers = false }: RoundsOptions,
  ): Promise<void> {
    const beganMs = this.#clock.elapsed();
    const log = new RetryLog(this.#clock, this.#logger, failure);
    while (!this.signal.aborted) {
      pause.ended = new AbortController();
      try {
        if ((await work()) !== false) log.succeeded();
      } catch (error) {
        if (this.signal.aborted && error === this.signal.reason) return;
        log.failed(error, needsPeers && this.#clock.elapsed() - beganMs < STARTING_MS ? 'info' : 'warn');
      }
      await this.#clock.sleep(intervalMs, pause.ended.signal);
    }
  }
}
