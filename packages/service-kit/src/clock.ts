import { setTimeout as delay } from 'node:timers/promises';

/** Time as the protocol sees it; a simulation brings its own. */
export interface Clock {
  /** Milliseconds since the epoch: for what is told. It may be set, back too. */
  now(): number;
  /** Milliseconds since any moment: for how long something takes. It never leaps. */
  elapsed(): number;
  /** Waits; ends early, without an error, when the signal is aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (durationMs, signal) => delay(durationMs, undefined, signal === undefined ? {} : { signal }).catch(() => {}),
};
