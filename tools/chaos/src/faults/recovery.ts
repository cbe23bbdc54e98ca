/**
 * How long callers feel a fault: from when it could be over until each service has done a write that was begun after
 * that. And for a relay that was struck: until another process relays.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { SERVICES, type Service } from './plan.ts';

export const RECOVERY_MS_MAX = 90_000;
const POLL_MS = 20;

interface Watch {
  readonly fromMs: number;
  readonly missing: Set<Service>;
  readonly resolve: (ms: number) => void;
}

export class Recovery {
  readonly #watches = new Set<Watch>();
  #lastSuccessMs = performance.now();
  /** The longest time in which no request at all succeeded, in ms. */
  longestGapMs = 0;

  /** A request succeeded; `service` where it was a write. Times by `performance.now()`. */
  success(service: Service | null, beganMs: number): void {
    const nowMs = performance.now();
    this.longestGapMs = Math.max(this.longestGapMs, nowMs - this.#lastSuccessMs);
    this.#lastSuccessMs = nowMs;
    if (service === null) return;
    for (const watch of this.#watches) {
      if (beganMs < watch.fromMs) continue;
      watch.missing.delete(service);
      if (watch.missing.size > 0) continue;
      this.#watches.delete(watch);
      watch.resolve(nowMs - watch.fromMs);
    }
  }

  /** In ms, how long it took from then on until every service did a write; null where that took too long. */
  async after(fromMs: number): Promise<number | null> {
    const { promise, resolve } = Promise.withResolvers<number>();
    const watch = { fromMs, missing: new Set<Service>(SERVICES), resolve };
    this.#watches.add(watch);
    const timeout = new AbortController();
    const tooLong = delay(RECOVERY_MS_MAX, null, { signal: timeout.signal }).catch(() => null);
    const recovered = await Promise.race([promise, tooLong]);
    timeout.abort();
    this.#watches.delete(watch);
    return recovered;
  }
}

/** In ms, how long it takes until another process than this holds the lease; null where none does within the time. */
export async function takeover(
  relayPid: () => Promise<number | null>,
  pid: number,
  withinMs: number,
): Promise<number | null> {
  const fromMs = performance.now();
  while (performance.now() - fromMs < withinMs) {
    const holder = await relayPid();
    if (holder !== null && holder !== pid) return performance.now() - fromMs;
    await delay(POLL_MS);
  }
  return null;
}
