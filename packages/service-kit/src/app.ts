/** A service as its process runs it. */
import type { FastifyInstance } from 'fastify';
import type { Admission } from './identity/admission.ts';
import type { Logger } from './log.ts';
import type { StopStep } from './process.ts';
import { LISTEN_BACKLOG } from './server.ts';

export interface App {
  readonly server: FastifyInstance;
  /** Null if every client that reaches the server is admitted. */
  readonly admission: Admission | null;
  readonly logger: Logger;
  /**
   * Waits for the database, migrates it, and starts all work in the background. Until this is done, the server answers
   * only operators.
   *
   * @throws as `migrateFirst` of the package `database` does
   */
  start(): Promise<void>;
  /** The steps that stop the app, in order. */
  readonly steps: readonly StopStep[];
}

/** Starts listening, then the app; returns the app. */
export async function listen(app: App, { HOST, PORT }: { HOST: string; PORT: number }): Promise<App> {
  await app.admission?.listen(HOST, LISTEN_BACKLOG);
  await app.server.listen({ host: HOST, port: PORT, backlog: LISTEN_BACKLOG });
  await app.start();
  return app;
}
