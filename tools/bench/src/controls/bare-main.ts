/**
 * Control (c): what a route costs that does nothing. It is started in a service's place, behind a gateway of its own, and
 * answers a balance's path with a constant of a balance's size. The gateway reaches it as it reaches a service.
 */
import { isMuxUpgrade, serveMux } from '@mo/mux';
import fastify from 'fastify';

const text = { type: 'string' };
const properties = {
  customer_id: { type: 'integer' },
  external_id: text,
  score: text,
  total_debt: text,
  available_amount: text,
};
const app = fastify({ keepAliveTimeout: 72_000, http: { shouldUpgradeCallback: isMuxUpgrade } });
const mux = serveMux(app.server, (error) => console.error(error));
app.addHook('preClose', async () => mux.close());
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
await app.listen({ host: process.env.HOST ?? '127.0.0.1', port: Number(process.env.PORT) });
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
