/**
 * Recovery time: from the earliest possible end of a fault until each service has completed a write that started after
 * it; for webhooks, until the message of an event that was decided after it has been accepted. For a relay that was
 * hit: until another process relays.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from './plan.ts';

/** Until callers are served again, and until another process relays. */
export const RECOVERY_MS_MAX = 90_000;
/** Until webhooks get messages again: on a busy machine Kafka alone needs more than a minute to start. */
export const MESSAGES_MS_MAX = 180_000;
const POLL_MS = 20;

interface Watch {
  readonly fromMs: number;
  readonly missing: Set<Service>;
  readonly resolve: (ms: number) => void;
}

export class Recovery {
  readonly #watches = new Set<Watch>();
  #lastSuccessMs = performance.now();
  /** The longest time without any successful request, in ms. */
  longestGapMs = 0;

  /** Records a successful request; `service` is set for writes. Times are of `performance.now()`. */
  success(service: Service | null, beganMs: number): void {
    const nowMs = performance.now();
    this.longestGapMs = Math.max(this.longestGapMs, nowMs - this.#lastSuccessMs);
    this.#lastSuccessMs = nowMs;
    if (service !== null) this.done(service, beganMs);
  }

  /** Records that a service has done something that began at the given time. */
  done(service: Service, beganMs: number): void {
    for (const watch of this.#watches) {
      if (beganMs < watch.fromMs) continue;
      watch.missing.delete(service);
      if (watch.missing.size > 0) continue;
      this.#watches.delete(watch);
      watch.resolve(performance.now() - watch.fromMs);
    }
  }

  /** The time in ms from then until each of the services has done something; null if that is not within the limit. */
  async after(fromMs: number, services: readonly Service[], withinMs: number): Promise<number | null> {
    const { promise, resolve } = Promise.withResolvers<number>();
    const watch = { fromMs, missing: new Set(services), resolve };
    this.#watches.add(watch);
    const timeout = new AbortController();
    const tooLong = delay(withinMs, null, { signal: timeout.signal }).catch(() => null);
    const recovered = await Promise.race([promise, tooLong]);
    timeout.abort();
    this.#watches.delete(watch);
    return recovered;
  }
}

/** The time in ms until a process other than this one holds the lease; null if none does in time. */
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
