/** What a consumer of streams does until it is done, however often that fails. */
import type { Clock, Logger } from '@mo/service-kit';

const CONNECT_RETRY_MS = 500;
/** A first start makes topics in several processes at once: only what goes on for longer is worth a warning. */
const QUIET_ATTEMPTS = 10;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 2_000;

export interface Insistence {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted where it is no longer wanted. */
  readonly signal: AbortSignal;
}

/**
 * Does what must be done before a consumer goes on: where the database or Kafka can't take it now, waits and tries again, for
 * nothing may be skipped.
 *
 * @throws what the work threw last, once it is no longer wanted
 */
export async function insist<T>(what: string, work: () => Promise<T>, insistence: Insistence): Promise<T> {
  const { clock, logger, signal } = insistence;
  for (let delayMs = RETRY_MIN_MS; ; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw error;
      logger.warn({ err: error }, `${what} could not be taken yet; trying again`);
      await clock.sleep(delayMs, signal);
    }
  }
}

/** Joins Kafka as soon as it is there. Resolves once that is done, or no longer wanted. */
export async function joinKafka(join: () => Promise<void>, { clock, logger, signal }: Insistence): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      return await join();
    } catch (error) {
      if (attempt === QUIET_ATTEMPTS) logger.warn({ err: error }, 'Kafka can not be reached yet; trying again');
      await clock.sleep(CONNECT_RETRY_MS, signal);
    }
  }
}
