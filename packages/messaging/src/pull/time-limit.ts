export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Stops the timer. */
  clear(): void;
}

/**
 * Limits the time of a call, in two halves. If a process stands still, timers that are due fire before it reads what
 * has arrived meanwhile. So after a pause in the first half, which a call seldom exceeds, the second half is left.
 */
export function startTimeLimit(durationMs: number): TimeLimit {
  const controller = new AbortController();
  const end = () => controller.abort(new DOMException(`no answer within ${durationMs} ms`, 'TimeoutError'));
  const startHalf = (then: () => void) => setTimeout(then, durationMs / 2).unref();
  let timer = startHalf(() => {
    timer = startHalf(end);
  });
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}
