/**
 * How a process takes its leave. Before it closes it gives notice: it says that it is not ready, and goes on answering,
 * each answer the last of its connection. So whoever spreads requests over processes turns to the others, and what is
 * closed afterwards are connections that nobody sends anything on: no request is lost to a close that it crossed.
 */
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Twice the time in which the gateway asks each replica whether it is ready. */
export const NOTICE_MS = 1_000;

export class Notice {
  readonly #durationMs: number;
  #isGiven = false;

  /** Puts itself before all that answers, whatever that is. */
  constructor(server: Server, durationMs = NOTICE_MS) {
    this.#durationMs = durationMs;
    server.prependListener('request', (_request, response) => {
      if (this.#isGiven) response.shouldKeepAlive = false;
    });
  }

  /** Whether the process is leaving. */
  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** Gives notice. Resolves when it is time to close. */
  async give(): Promise<void> {
    this.#isGiven = true;
    await delay(this.#durationMs);
  }
}
