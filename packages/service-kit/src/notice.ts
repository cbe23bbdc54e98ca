/**
 * Lets a process stop without losing requests. Before it closes, it gives notice: it reports that it is not ready, and
 * continues to answer, but closes each connection after its answer. Load balancers then use other processes, so the
 * connections that are finally closed are unused, and no request is lost to a close that crosses it on the way.
 */
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Twice the interval at which the gateway probes the readiness of each replica. */
const NOTICE_MS = 1_000;

export class Notice {
  readonly #durationMs: number;
  #isGiven = false;

  /** Runs before every other request listener. */
  constructor(server: Server, durationMs = NOTICE_MS) {
    this.#durationMs = durationMs;
    server.prependListener('request', (_request, response) => {
      if (this.#isGiven) response.shouldKeepAlive = false;
    });
  }

  /** Whether notice was given. */
  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** Gives notice. Resolves when it is time to close. */
  async give(): Promise<void> {
    this.#isGiven = true;
    await delay(this.#durationMs);
  }
}
