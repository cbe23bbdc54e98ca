/**
 * Control (c): what a route costs that does nothing. It is started in a service's place, behind a gateway of its own, and
 * answers a balance's path with a constant of a balance's size. The gateway reaches it as it reaches a service.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { isMuxUpgrade, serveMux } from '@mo/mux';
import fastify from 'fastify';

const KEEP_ALIVE_MS = 72_000;

function credentials() {
  const read = (file: string) => readFileSync(join(process.env.IDENTITY_DIR as string, file));
  return { ca: read('ca.crt'), cert: read('tls.crt'), key: read('tls.key') };
}

const text = { type: 'string' };
const properties = {
  customer_id: { type: 'integer' },
  external_id: text,
  score: text,
  total_debt: text,
  available_amount: text,
};
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
app.get(
  '/api/customers/:customer_id/balance',
  { schema: { response: { 200: { type: 'object', properties } } } },
  () => ({
    customer_id: 123_456,
    external_id: 'b0123456789-balance-10000-1',
    score: '9999999999.99',
    total_debt: '1000000.00',
    available_amount: '9998999999.99',
  }),
);
const host = process.env.HOST ?? '127.0.0.1';
secure.listen({ host, port: Number(process.env.TLS_PORT) });
await app.listen({ host, port: Number(process.env.PORT) });
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
