/**
 * The time between the moment at which a process listens and the moment at which it can serve. Its server then answers
 * operators only, so that a platform finds the process alive, and not ready for a reason.
 */
import type { FastifyInstance } from 'fastify';
import { OPERATOR_PATHS } from './paths.ts';
import { unavailable } from './problem-error.ts';

const STARTING = 'the process is starting';

export class Startup {
  #reason: string | null = STARTING;

  constructor(app: FastifyInstance) {
    app.addHook('onRequest', (request, reply, done) => {
      if (this.#reason === null || OPERATOR_PATHS.has(request.routeOptions.url ?? '')) return done();
      reply.isExpected = true;
      done(unavailable(STARTING));
    });
  }

  /** Why the process is not ready; null once it can serve. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Sets the reason that operators see until the next one, or until the process can serve. */
  because(reason: string): void {
    this.#reason = reason;
  }

  /** Runs what is needed before the process can serve. @throws as `work` does; the startup is then not over */
  async run(work: () => Promise<void>): Promise<void> {
    await work();
    this.#reason = null;
  }
}
