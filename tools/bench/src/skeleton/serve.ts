/**
 * A server like those of the services: plain HTTP for readiness probes, TLS for the gateway, whose calls share a
 * connection.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { isMuxUpgrade, serveMux } from '@mo/mux';
import fastify, { type FastifyInstance } from 'fastify';

const KEEP_ALIVE_MS = 72_000;

function credentials() {
  const read = (file: string) => readFileSync(join(process.env.IDENTITY_DIR as string, file));
  return { ca: read('ca.crt'), cert: read('tls.crt'), key: read('tls.key') };
}

/** Serves the routes at the address in the environment, without checks, logs or metrics. */
export async function serve(addRoutes: (app: FastifyInstance) => void): Promise<void> {
  const app = fastify({ keepAliveTimeout: KEEP_ALIVE_MS, http: { shouldUpgradeCallback: isMuxUpgrade } });
  const secure = createServer(
    { shouldUpgradeCallback: isMuxUpgrade, keepAliveTimeout: KEEP_ALIVE_MS, ...credentials(), requestCert: true },
    (request, response) => void app.server.emit('request', request, response),
  );
  const muxes = [app.server, secure].map((each) => serveMux(each, (error) => console.error(error)));
  app.addHook('preClose', async () => {
    for (const mux of muxes) mux.close();
    secure.close();
  });
  app.get('/readyz', () => ({ status: 'ready' }));
  addRoutes(app);
  const host = process.env.HOST ?? '127.0.0.1';
  secure.listen({ host, port: Number(process.env.TLS_PORT) });
  await app.listen({ host, port: Number(process.env.PORT) });
  process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
}
