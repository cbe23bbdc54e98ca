import { setTimeout as delay } from 'node:timers/promises';

/** The protocol's source of time; a simulation provides its own. */
export interface Clock {
  /** Milliseconds since the epoch, for timestamps. The clock may be set, also backwards. */
  now(): number;
  /** Milliseconds since an arbitrary moment, for durations. Monotonic, never jumps. */
  elapsed(): number;
  /** Waits; resolves early, without an error, when the signal is aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (durationMs, signal) => delay(durationMs, undefined, signal === undefined ? {} : { signal }).catch(() => {}),
};
