/**
 * The OWASP API Security Top 10 of 2023 (https://owasp.org/API-Security), the other risks: consumption, reach and
 * exposure. services/gateway/test/scopes.unit.test.ts tries every operation with every scope, and hostile.test.ts
 * broken requests.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { query } from '@mo/agreement';
import type { CreatedWebhookBody, DeliveryBody, LoanBody } from '@mo/contracts';
import { openApiDocument } from '@mo/contracts/documents';
import { testServers } from '@mo/dev-stack';
import { Intruder } from '../src/intruder.ts';
import { Subscriber } from '../src/subscriber.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { isReached, withoutHost } from '../src/without-host.ts';
import { concurrently, expectStatus, nameOf, tally } from '../src/world.ts';

const TOPIC_PREFIX = nameOf('security');

let system: System;
let call: Intruder['call'];
let keyOf: Intruder['keyOf'];
let expectNoCrash: Intruder['expectNoCrash'];
beforeAll(async () => {
  system = await startSystem({
    env: { LOG_LEVEL: 'fatal', TOPIC_PREFIX },
    replicas: { webhooks: 1 },
    mainOf: withoutHost(join(testServers().dir, TOPIC_PREFIX)),
  });
  ({ call, keyOf, expectNoCrash } = new Intruder(system));
});
afterAll(async () => {
  try {
    expectNoCrash?.();
  } finally {
    await system?.stop();
  }
});

describe('API4, unrestricted resource consumption', () => {
  it('a caller is limited to its rate, and gets Retry-After', async () => {
    const { key } = await keyOf(['customers:read'], { rate: 2 });
    const statuses: number[] = [];
    const refused = await waitFor(async () => {
      const answer = await call('GET', '/api/customers?limit=1', { key });
      statuses.push(answer.status);
      return answer.status === 429 && answer;
    });
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call('GET', '/api/customers?limit=1')).status).toBe(200);
  });

  it.each([
    ['a page of a million', 'GET', '/api/customers?limit=1000000', undefined, 400],
    ['a body of 2 MiB', 'POST', '/api/customers', JSON.stringify({ external_id: 'x'.repeat(2 ** 21) }), 413],
    ['a body of a thousand levels', 'POST', '/api/customers', '['.repeat(1000) + ']'.repeat(1000), 400],
    ['a name of a thousand letters', 'POST', '/api/customers', { external_id: 'x'.repeat(1000), score: '1.00' }, 400],
    ['a number of a thousand digits', 'POST', '/api/customers', { external_id: 'x', score: '9'.repeat(1000) }, 400],
  ])('%s is refused', async (_name, method, path, body, status) => {
    expect((await call(method, path, { body })).status).toBe(status);
  });
});

describe('API6, unrestricted access to sensitive business flows', () => {
  it('of fifty concurrent loans of 40 % of a line two are granted', async () => {
    const { id } = await system.world.customer('1000');
    const answers: Awaited<ReturnType<typeof system.world.loan>>[] = [];
    await concurrently(50, 50, async () => void answers.push(await system.world.loan(id, '400')));
    expect(tally(answers)).toEqual({ '201 active': 2, credit_limit_exceeded: 48 });
  });
});

describe('API7, server-side request forgery', () => {
  const reached: string[] = [];
  let inside: Server;
  beforeAll(async () => {
    inside = createServer((socket) => {
      reached.push('a connection');
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(inside, 'listening');
  });
  afterAll(() => inside?.close());

  it.each([
    'http://example.com/',
    'https://169.254.169.254/latest/meta-data',
    'https://127.0.0.1:8443/',
    'https://[::1]/',
    'https://0x7f000001/',
    'https://[::ffff:10.0.0.1]/',
    'file:///etc/passwd',
    'gopher://example.com/',
  ])('a webhook with the URL %s is refused', async (url) => {
    const tried = await call('POST', '/api/webhooks', { body: { url } });
    expect([tried.status, tried.body.errors?.[0]?.pointer]).toEqual([400, '/url']);
  });

  it('a name that resolves to an internal address is not called', async () => {
    const url = `https://localhost:${(inside.address() as AddressInfo).port}/`;
    const headers = { 'idempotency-key': nameOf('key') };
    const { status, body } = await call<CreatedWebhookBody>('POST', '/api/webhooks', { body: { url }, headers });
    expect(status).toBe(201);
    await system.world.customer('1000');
    const tried = await waitFor(async () => {
      const path = `/api/webhooks/${body.id}/deliveries`;
      const { results } = (await call<{ results: DeliveryBody[] }>('GET', path)).body;
      return results.find(({ attempts }) => attempts > 0);
    });
    expect(tried).toMatchObject({ last_status: null, last_error: expect.stringContaining('private network') });
    expect(reached).toEqual([]);
    await call('POST', `/api/webhooks/${body.id}/remove`);
  });
});

describe('API8, security misconfiguration', () => {
  it('an error reveals nothing about the implementation', async () => {
    const tried = [
      await call('POST', '/api/customers', { body: '{"external_id": ' }),
      await call('GET', "/api/customers/1'%20OR%20'1'='1"),
      await call('GET', "/api/customers/balance?external_id=x'%3B%20DROP%20TABLE%20customers%3B--"),
      await call('GET', '/api/nothing'),
      await call('GET', '/api/%2e%2e/%2e%2e/etc/passwd'),
    ];
    for (const { status, text, headers } of tried) {
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(500);
      expect(text).not.toMatch(/node_modules|\.ts:\d|\bat \w+ \(|postgres|SELECT|syntax error at|fastify/i);
      for (const name of ['server', 'x-powered-by', 'access-control-allow-origin'])
        expect(headers.get(name)).toBeNull();
    }
  });

  it('processes listen on 127.0.0.1 only unless HOST is set', async () => {
    const { gateway, customers, loans, payments, webhooks } = system.stack.stack();
    const replicas = [customers, loans, payments, webhooks!].flatMap((service) => service.replicas);
    const urls = [gateway.url, ...replicas.flatMap(({ url, apiUrl }) => [url, apiUrl!])];
    expect(urls).toHaveLength(9);
    for (const url of urls) {
      const port = Number(new URL(url).port);
      // 127.0.0.2 is this machine, too: a process that listens on all addresses accepts connections there.
      expect([url, await isReached('127.0.0.1', port), await isReached('127.0.0.2', port)]).toEqual([url, true, false]);
    }
  });
});

describe('API9, improper inventory management', () => {
  it('exactly the documented operations are served, and no internal ones', async () => {
    const document = (await call<ReturnType<typeof openApiDocument>>('GET', '/openapi.json')).body;
    expect(document.paths).toEqual(JSON.parse(JSON.stringify(openApiDocument().paths)));
    const inside = [
      '/mux',
      '/internal',
      '/streams',
      '/pull',
      '/api/streams',
      '/api/v1/customers',
      '/api/debug',
      '/admin',
    ];
    for (const path of inside) expect([path, (await call('GET', path)).status]).toEqual([path, 404]);
  });
});

describe('API10, unsafe consumption of APIs', () => {
  it('foreign messages on a topic change nothing unless they are valid events', async () => {
    const [{ id }, other] = [await system.world.customer('1000'), await system.world.customer('1000')];
    const loan = expectStatus(await system.world.loan(id, '600'), 201);
    const topic = `${TOPIC_PREFIX}.loans`;
    const subscriber = new Subscriber(system.stack.stack().kafka.brokers);
    const told = await waitFor(async () => {
      const all = await subscriber.read(topic, await subscriber.ends(topic));
      return all.find(({ customerId }) => customerId === id);
    });
    const next = { ...told.headers, ce_sequence: String(told.version + 1), ce_id: `loans-${id}-${told.version + 1}` };
    await subscriber.send(topic, [
      { ...told, value: told.value.replaceAll('600.00', '-600.00'), headers: next },
      { ...told, value: '{"not": "an event"', headers: next },
      { ...told, value: told.value.replaceAll('600.00', '0.01') },
    ]);
    await waitFor(() => subscriber.hasRead(`${TOPIC_PREFIX}.customers`, topic));
    expect(await standing()).toBeGreaterThan(0);
    // Other customers' events are followed as before.
    const { token } = await system.world.loan(other.id, '100');
    expect((await system.world.balance(other.id, token)).body.total_debt).toBe('100.00');
    expect((await system.world.balance(id)).body.total_debt).toBe('600.00');
    expect((await call<LoanBody>('GET', `/api/loans/${loan.id}`)).body.outstanding).toBe('600.00');
  });
});

/** The number of quarantined events in customers. */
async function standing(): Promise<number> {
  const rows = await query(system.stack.stack(), 'customers', 'SELECT 1 FROM quarantine');
  return rows.length;
}
