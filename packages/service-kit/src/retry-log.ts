/** The log lines about work that is tried again whenever it fails. */
import type { Clock } from './clock.ts';
import { type FailureLevel, LastingFailure } from './lasting-failure.ts';
import type { Logger } from './log.ts';

export class RetryLog {
  readonly #logger: Logger;
  readonly #failure: string;
  readonly #lasting: LastingFailure;

  /** @param failure the message of each line about a failure */
  constructor(clock: Pick<Clock, 'elapsed'>, logger: Logger, failure: string) {
    this.#logger = logger;
    this.#failure = failure;
    this.#lasting = new LastingFailure(clock);
  }

  /**
   * @param level of the first line about this failure, and of those that repeat it
   * @param details further members of the line
   */
  failed(error: unknown, level: FailureLevel = 'warn', details: object = {}): void {
    const { message } = error as Error;
    this.#logger[this.#lasting.levelOf(message, level)]({ err: error, ...details }, this.#failure);
  }

  /** Logs what is no error, but should end. @param reason tells apart what lasts at the same time */
  lasts(reason: string, details: object): void {
    this.#logger[this.#lasting.levelOf(reason)](details, this.#failure);
  }

  /** Logs the end of what was a warning or an error. */
  succeeded(): void {
    if (this.#lasting.end()) this.#logger.info({ failure: this.#failure }, 'background work succeeds again');
  }

  /** Does the work, and logs how it ends. @throws as `work` does */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await work();
      this.succeeded();
      return result;
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }
}
