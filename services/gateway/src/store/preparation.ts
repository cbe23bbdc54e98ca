/**
 * Makes the store usable: migrates the database and reads the keys. While the database cannot be reached, the gateway
 * runs without the store, and the preparation is tried again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { databaseOutage, UnreachedError } from '@mo/database';
import { type Logger, RetryLog, systemClock } from '@mo/service-kit';

const RETRY_MS = 1_000;
const UNPREPARED = 'the API keys in the database are not read yet';

export class Preparation {
  readonly #work: () => Promise<void>;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  #isDone = false;
  #retries: Promise<void> = Promise.resolve();

  constructor(work: () => Promise<void>, logger: Logger) {
    this.#work = work;
    this.#logger = logger;
  }

  /** Why the store cannot be used yet; null if it can. */
  get missing(): string | null {
    return this.#isDone ? null : UNPREPARED;
  }

  /**
   * Tries once. If the database cannot be reached, continues in the background.
   *
   * @throws any other error, such as a refused password
   */
  async start(): Promise<void> {
    try {
      await this.#attempt();
    } catch (error) {
      if (!(error instanceof UnreachedError) && databaseOutage(error) === null) throw error;
      this.#logger.warn(
        { err: error },
        'the gateway starts without its database: unknown API keys are answered with 503',
      );
      this.#retries = this.#retry();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#retries;
  }

  async #attempt(): Promise<void> {
    await this.#work();
    this.#isDone = true;
  }

  async #retry(): Promise<void> {
    const { signal } = this.#closing;
    const log = new RetryLog(systemClock, this.#logger, UNPREPARED);
    for (;;) {
      await delay(RETRY_MS, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      try {
        await this.#attempt();
        this.#logger.info('the database is there, and the API keys are read');
        return;
      } catch (error) {
        log.failed(error);
      }
    }
  }
}
