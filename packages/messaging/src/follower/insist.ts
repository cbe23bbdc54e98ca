/** Unlimited retries for the work of a stream's consumer. */
import type { Clock, Logger } from '@mo/service-kit';

const CONNECT_RETRY_MS = 500;
/** On a first start several processes create topics concurrently: only failures that last longer deserve a warning. */
const QUIET_ATTEMPTS = 10;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 2_000;

export interface Insistence {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the work is no longer wanted. */
  readonly signal: AbortSignal;
}

/**
 * Does work that must succeed before a consumer continues. If the database or Kafka fails, waits and retries, because
 * nothing may be skipped.
 *
 * @throws the last error of the work, once the signal is aborted
 */
export async function insist<T>(what: string, work: () => Promise<T>, insistence: Insistence): Promise<T> {
  const { clock, logger, signal } = insistence;
  for (let delayMs = RETRY_MIN_MS; ; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw error;
      logger.warn({ err: error }, `${what} could not be processed yet; retrying`);
      await clock.sleep(delayMs, signal);
    }
  }
}

/** Joins Kafka as soon as it is reachable. Resolves after joining, or when the signal is aborted. */
export async function joinKafka(join: () => Promise<void>, { clock, logger, signal }: Insistence): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      return await join();
    } catch (error) {
      if (attempt === QUIET_ATTEMPTS) logger.warn({ err: error }, 'Kafka cannot be reached yet; retrying');
      await clock.sleep(CONNECT_RETRY_MS, signal);
    }
  }
}
