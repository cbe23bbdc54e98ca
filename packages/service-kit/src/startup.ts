/**
 * The time between the moment at which a process listens and the moment at which it can serve. Its server then answers
 * operators only, so that a platform finds the process alive, and not ready for a reason.
 */
import type { FastifyInstance } from 'fastify';
import { OPERATOR_PATHS } from './paths.ts';
import { unavailable } from './problem-error.ts';

export class Startup {
  #isOver = false;

  constructor(app: FastifyInstance) {
    app.addHook('onRequest', ({ routeOptions }, _reply, done) => {
      if (this.#isOver || OPERATOR_PATHS.has(routeOptions.url ?? '')) return done();
      done(unavailable('the process is starting'));
    });
  }

  /** Whether the process can serve. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Runs what is needed before the process can serve. @throws as `work` does; the startup is then not over */
  async run(work: () => Promise<void>): Promise<void> {
    await work();
    this.#isOver = true;
  }
}
