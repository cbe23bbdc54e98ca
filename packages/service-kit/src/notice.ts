/**
 * How a process takes its leave. Before it closes it gives notice: it says that it is not ready, and goes on answering,
 * each answer the last of its connection. So whoever spreads requests over processes turns to the others, and what is
 * closed afterwards are connections that nobody sends anything on: no request is lost to a close that it crossed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** Twice the time in which the gateway asks each replica whether it is ready. */
export const NOTICE_MS = 1_000;

export class Notice {
  readonly #durationMs: number;
  #isGiven = false;

  constructor(app: FastifyInstance, durationMs = NOTICE_MS) {
    this.#durationMs = durationMs;
    app.addHook('onRequest', (_request, reply, done) => {
      if (this.#isGiven) reply.raw.shouldKeepAlive = false;
      done();
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
