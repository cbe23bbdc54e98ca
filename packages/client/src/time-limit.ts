/** Limits of waiting: a timeout, or an aborted signal. */

/** 24 days. A timer of 2^31 ms (24.9 days) or more would fire at once. */
export const TIME_LIMIT_MS_MAX = 24 * 24 * 60 * 60 * 1_000;

/** @throws TypeError if a limit is not above 0 */
export function checkLimit(name: string, limit: number): void {
  if (!(limit > 0)) throw new TypeError(`${name} must be above 0, not ${limit}`);
}

/** A signal that is aborted after some time. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Stops the timer, which otherwise keeps the process running. */
  clear(): void;
}

/** @param ms at most {@link TIME_LIMIT_MS_MAX} */
export function startTimeLimit(ms: number): TimeLimit {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), Math.max(1, Math.ceil(ms)));
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

/** Waits for a value; if the signal is aborted first, rejects with its reason. */
export function unlessAborted<T>(value: T | PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const forget = () => signal.removeEventListener('abort', stop);
    Promise.resolve(value).then(resolve, reject).finally(forget);
  });
}
