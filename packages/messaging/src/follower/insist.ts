/** Unlimited retries for the work of a stream's consumer. */
import { type Clock, type Logger, RetryLog } from '@mo/service-kit';

const CONNECT_RETRY_MS = 500;
/** On a first start several processes create topics concurrently: only failures that last longer deserve a warning. */
const QUIET_ATTEMPTS = 10;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 2_000;

/** Work of one kind, such as that of all partitions: it fails for as long as any of it does. */
interface Kind {
  readonly log: RetryLog;
  /** How much of it is being retried. */
  failing: number;
}

export class Insistence {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the work is no longer wanted. */
  readonly signal: AbortSignal;
  readonly #kinds = new Map<string, Kind>();

  constructor(clock: Clock, logger: Logger, signal: AbortSignal) {
    this.clock = clock;
    this.logger = logger;
    this.signal = signal;
  }

  kind(what: string): Kind {
    const known = this.#kinds.get(what);
    if (known !== undefined) return known;
    const log = new RetryLog(this.clock, this.logger, `${what} could not be processed yet; retrying`);
    const kind = { log, failing: 0 };
    this.#kinds.set(what, kind);
    return kind;
  }
}

/**
 * Does work that must succeed before a consumer continues. If the database or Kafka fails, waits and retries, because
 * nothing may be skipped.
 *
 * @param what the kind of the work, as the log names it
 * @throws the last error of the work, once the signal is aborted
 */
export async function insist<T>(what: string, work: () => Promise<T>, insistence: Insistence): Promise<T> {
  const { clock, signal } = insistence;
  const kind = insistence.kind(what);
  let isFailing = false;
  for (let delayMs = RETRY_MIN_MS; ; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
    try {
      const result = await work();
      if (isFailing) kind.failing -= 1;
      if (kind.failing === 0) kind.log.succeeded();
      return result;
    } catch (error) {
      if (signal.aborted) throw error;
      if (!isFailing) kind.failing += 1;
      isFailing = true;
      kind.log.failed(error);
      await clock.sleep(delayMs, signal);
    }
  }
}

/** Joins Kafka as soon as it is reachable. Resolves after joining, or when the signal is aborted. */
export async function joinKafka(join: () => Promise<void>, { clock, logger, signal }: Insistence): Promise<void> {
  const log = new RetryLog(clock, logger, 'Kafka cannot be reached yet; retrying');
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      await join();
      return log.succeeded();
    } catch (error) {
      log.failed(error, attempt < QUIET_ATTEMPTS ? 'info' : 'warn');
      await clock.sleep(CONNECT_RETRY_MS, signal);
    }
  }
}
