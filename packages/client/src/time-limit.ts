/** How waiting ends: after some time, or when a signal is aborted. */

/** 24 days: a timer of 2^31 ms, which are 24.9 days, or more fires at once. */
export const TIME_LIMIT_MS_MAX = 24 * 24 * 60 * 60 * 1_000;

/** A signal that is aborted when the time is up. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Stops the timer, which keeps a process running. */
  clear(): void;
}

/** @param ms at most {@link TIME_LIMIT_MS_MAX} */
export function startTimeLimit(ms: number): TimeLimit {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), Math.max(1, Math.ceil(ms)));
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

/** Waits for a value, but only until the signal is aborted: then throws its reason. */
export function unlessAborted<T>(value: T | PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const forget = () => signal.removeEventListener('abort', stop);
    Promise.resolve(value).then(resolve, reject).finally(forget);
  });
}
