/** Direct calls to the services: they answer only processes that prove to be the gateway or a service. */
import { operations, SERVICE_NAMES, type ServiceName, STREAMS, type Stream } from '@mo/contracts';
import { Pool } from 'undici';
import { apiUrlOf, type Caller, certifiedAs } from '../src/certified.ts';
import { Intruder, newCustomer } from '../src/intruder.ts';
import { type System, startSystem } from '../src/system.ts';

let system: System;
const pools: Pool[] = [];
beforeAll(async () => {
  system = await startSystem({ replicas: { webhooks: 1 } });
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.destroy()));
  await system?.stop();
});

function openTo(service: ServiceName, caller: Caller): Pool {
  const connect = certifiedAs(caller, system.stack, service);
  const pool = new Pool(apiUrlOf(system.stack, service), { connect, connections: 4 });
  pools.push(pool);
  return pool;
}

const plainTo = (service: ServiceName): Pool => {
  const pool = new Pool(system.stack.stack()[service]?.url as string, { connections: 4 });
  pools.push(pool);
  return pool;
};

/** The problem code of each answer, or its status. */
const outcomes = (pool: Pool, asks: readonly { method: string; path: string }[]) =>
  Promise.all(
    asks.map(async ({ method, path }) => {
      const body = method === 'GET' ? null : '{}';
      const headers = { 'content-type': 'application/json' };
      const answer = await pool.request({ method, path, headers, body });
      const { code } = (await answer.body.json().catch(() => ({}))) as { code?: string };
      return code ?? answer.statusCode;
    }),
  );

const isStream = (service: ServiceName): service is Stream => STREAMS.some((stream) => stream === service);

const operationsOf = (service: ServiceName) =>
  Object.values(operations)
    .filter((operation) => operation.service === service)
    .map(({ method, path }) => ({ method, path: path.replace(/\{\w+\}/g, '17') }));
const internalOf = (service: ServiceName) =>
  isStream(service)
    ? [
        { method: 'GET', path: `/internal/streams/${service}?customer_id=17&after=0` },
        { method: 'POST', path: `/internal/streams/${service}/pull` },
        { method: 'POST', path: `/internal/streams/${STREAMS.find((other) => other !== service)}/settle` },
        { method: 'GET', path: `/internal/streams/${service}/heads?since=0&after=0` },
      ]
    : [];

describe.each(SERVICE_NAMES)('%s', (service) => {
  const ofCallers = operationsOf(service);
  const internal = internalOf(service);
  const all = [...ofCallers, ...internal];
  const others = (['customers', 'loans', 'payments', 'webhooks'] as const).filter((name) => name !== service);

  it('answers nothing without a certificate', async () => {
    expect(ofCallers.length).toBeGreaterThan(2);
    expect(new Set(await outcomes(plainTo(service), all))).toEqual(new Set(['unauthenticated']));
  });

  it.each(others)('answers public operations to the gateway only, and not to %s', async (caller) => {
    expect(new Set(await outcomes(openTo(service, caller), ofCallers))).toEqual(new Set(['forbidden']));
    expect(await outcomes(openTo(service, 'gateway'), ofCallers)).not.toContain('forbidden');
  });

  if (internal.length === 0) return;
  it('answers internal operations only to services whose streams it follows', async () => {
    for (const caller of ['gateway', service] as const)
      expect(new Set(await outcomes(openTo(service, caller), internal))).toEqual(new Set(['forbidden']));
    for (const caller of STREAMS.filter((name) => name !== service)) {
      const answers = await outcomes(openTo(service, caller), internal);
      expect(answers).not.toContain('forbidden');
      expect(answers).not.toContain('not_found');
    }
  });

  it('answers webhooks with events and heads, and no other internal operation', async () => {
    const isRead = ({ path }: { path: string }) => /\/(pull|heads)\b/.test(path);
    const pool = openTo(service, 'webhooks');
    expect(await outcomes(pool, internal.filter(isRead))).toEqual(['invalid_request', 200]);
    const rest = internal.filter((ask) => !isRead(ask));
    expect(new Set(await outcomes(pool, rest))).toEqual(new Set(['forbidden']));
  });
});

it('refused calls have no effect', async () => {
  const body = newCustomer();
  for (const pool of [plainTo('customers'), openTo('customers', 'loans')]) {
    const headers = { 'content-type': 'application/json' };
    const answer = await pool.request({ method: 'POST', path: '/api/customers', headers, body: JSON.stringify(body) });
    await answer.body.dump();
    expect([401, 403]).toContain(answer.statusCode);
  }
  expect((await new Intruder(system).call('POST', '/api/customers', { body })).status).toBe(201);
});
