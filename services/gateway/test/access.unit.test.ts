import { hash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { type Operation, operations, type Problem, SERVICE_NAMES, type ServiceName } from '@mo/contracts';
import {
  KEY,
  KEY_DIGEST,
  RawConnection,
  type RunningGateway,
  type Stub,
  startGateway,
  startStub,
  stopAll,
} from './support.ts';

let services: Record<ServiceName, Stub>;
let gateway: RunningGateway;

beforeAll(async () => {
  const [customers, loans] = [await startStub(), await startStub()];
  const [payments, webhooks] = [await startStub(), await startStub()];
  services = { customers, loans, payments, webhooks };
  gateway = await startGateway({
    replicas: { customers: [customers], loans: [loans], payments: [payments], webhooks: [webhooks] },
    keys: `tester:${KEY_DIGEST}\nslow:${hash('sha256', 'slow')}:0.01`,
  });
});
afterAll(stopAll);

const forwarded = () =>
  SERVICE_NAMES.flatMap((service) =>
    services[service].requests.splice(0).map(({ method, url }) => ({ service, method, url })),
  );
const pathOf = ({ path }: Operation) => path.replace(/\{\w+\}/g, '17');
/** What is passed on; what the gateway does itself is tested with its store. */
const table = Object.values<Operation>(operations).filter(({ service }) => service !== 'gateway');

/** Unlike fetch, sends a path as it is. */
const statusOf = (method: string, path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${KEY}` };
    const call = httpRequest({ port: gateway.port, method, path, headers }, (answer) =>
      resolve(answer.resume().statusCode),
    );
    call.on('error', reject).end();
  });

describe('routing', () => {
  it.each(table.map((operation) => [operation.id, operation] as const))(
    '%s goes to its service',
    async (_id, operation) => {
      for (const path of [pathOf(operation), `${pathOf(operation)}/`, `${pathOf(operation)}?a=1&b=%2F`]) {
        expect((await gateway.call(operation.method, path)).status).toBe(200);
        expect(forwarded()).toEqual([{ service: operation.service, method: operation.method, url: path }]);
      }
    },
  );

  it('is exactly this table', () => {
    expect(table.map(({ method, path, service }) => `${method} ${path} → ${service}`).sort()).toEqual([
      'GET /api/customers → customers',
      'GET /api/customers/balance → customers',
      'GET /api/customers/{customer_id} → customers',
      'GET /api/customers/{customer_id}/balance → customers',
      'GET /api/customers/{customer_id}/loans → loans',
      'GET /api/customers/{customer_id}/payments → payments',
      'GET /api/customers/{customer_id}/statement → customers',
      'GET /api/loans → loans',
      'GET /api/loans/{loan_id} → loans',
      'GET /api/payments → payments',
      'GET /api/payments/{payment_id} → payments',
      'GET /api/webhooks → webhooks',
      'GET /api/webhooks/{webhook_id} → webhooks',
      'GET /api/webhooks/{webhook_id}/deliveries → webhooks',
      'PATCH /api/customers/{customer_id} → customers',
      'PATCH /api/webhooks/{webhook_id} → webhooks',
      'POST /api/customers → customers',
      'POST /api/customers/bulk → customers',
      'POST /api/loans → loans',
      'POST /api/loans/{loan_id}/activate → loans',
      'POST /api/loans/{loan_id}/reject → loans',
      'POST /api/payments → payments',
      'POST /api/webhooks → webhooks',
      'POST /api/webhooks/{webhook_id}/remove → webhooks',
      'POST /api/webhooks/{webhook_id}/replay → webhooks',
      'POST /api/webhooks/{webhook_id}/rotate-secret → webhooks',
    ]);
  });

  it('has no webhooks without their address, and is ready anyway', async () => {
    const without = await startGateway({ replicas: [services.loans] });
    const answer = await without.call('GET', '/api/webhooks');
    expect([answer.status, await answer.json()]).toEqual([
      404,
      expect.objectContaining({ code: 'not_found', detail: 'there is no webhooks service at this gateway' }),
    ]);
    expect((await without.call('GET', '/readyz')).status).toBe(200);
  });

  it('answers HEAD wherever it answers GET, without a body', async () => {
    const answer = await gateway.call('HEAD', '/api/loans/17');
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(forwarded()).toEqual([{ service: 'loans', method: 'HEAD', url: '/api/loans/17' }]);
  });

  it.each([
    ['DELETE', '/api/loans', 'GET, HEAD, POST'],
    ['PUT', '/api/customers/17', 'GET, HEAD, PATCH'],
    ['GET', '/api/customers/bulk', 'POST'],
    ['HEAD', '/api/loans/17/activate', 'POST'],
    ['PATCH', '/api/customers/balance/', 'GET, HEAD'],
    ['OPTIONS', '/api/payments/17', 'GET, HEAD'],
    ['PROPFIND', '/api/payments', 'GET, HEAD, POST'],
    ['QUERY', '/api/loans', 'GET, HEAD, POST'],
  ])('%s %s is a 405 that names the allowed methods', async (method, path, allow) => {
    const answer = await gateway.call(method, path);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(forwarded()).toEqual([]);
  });

  it.each([
    '/api',
    '/api/nothing',
    '/api/loans/17/18',
    '//api/loans',
    '/API/loans',
    '/internal/streams/loans?customer_id=1&after=0',
    '/api/internal/streams/loans',
    '/api/../internal/streams/loans',
    '/api/loans/..%2f..%2finternal%2fstreams/loans',
    '/api/loans/../../internal/streams/loans',
    '/api/loans/..%2f..%2finternal%2fstreams%2floans',
    '/api/loans/..%5C..%5Cinternal',
    '/api/customers/../balance',
    '/api/customers/%2e%2E/balance',
    '/api/customers/.',
    '/loans/17',
    `/api/loans/${'9'.repeat(300)}`,
  ])('%s is a 404', async (path) => {
    expect(await statusOf('GET', path)).toBe(404);
    expect(forwarded()).toEqual([]);
  });

  it("never reaches a service's own endpoints: those of the same name are the gateway's", async () => {
    for (const path of ['/metrics', '/readyz', '/livez']) expect(await statusOf('GET', path)).toBe(200);
    expect(forwarded()).toEqual([]);
  });

  it('lets nobody open a multiplexed connection past the authentication', async () => {
    const upgrade = 'connection: upgrade\r\nupgrade: mo-mux/1';
    const connection = new RawConnection(gateway.port).send(`GET /mux HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n\r\n`);
    expect(await connection.status()).toBe(404);
    expect(forwarded()).toEqual([]);
    connection.socket.destroy();
  });

  it('accepts a target in absolute form as its path', async () => {
    const connection = new RawConnection(gateway.port);
    connection.send(`GET http://elsewhere.example/api/loans/17?a=1 HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\n\r\n`);
    expect(await connection.status()).toBe(200);
    expect(forwarded()).toEqual([{ service: 'loans', method: 'GET', url: '/api/loans/17?a=1' }]);
    connection.socket.destroy();
  });
});

describe('authentication', () => {
  const get = (headers: Record<string, string>) => fetch(`${gateway.url}/api/loans/17`, { headers });

  it.each([
    { authorization: `Bearer ${KEY}` },
    { authorization: `bearer   ${KEY}` },
    { 'x-api-key': KEY },
    { authorization: 'Basic dTpw', 'x-api-key': KEY },
  ] as Record<string, string>[])('takes the key from %j', async (headers) => {
    expect((await get(headers)).status).toBe(200);
    expect(services.loans.requests.splice(0)[0]?.headers['x-mo-caller']).toBe('tester');
  });

  it.each([
    {},
    { authorization: 'Bearer' },
    { authorization: 'Bearer wrong' },
    { authorization: KEY },
    { authorization: `Basic ${KEY}` },
    { 'x-api-key': '' },
    { 'x-api-key': KEY_DIGEST },
    { authorization: 'Bearer wrong', 'x-api-key': KEY },
  ] as Record<string, string>[])('refuses %j with 401, and forwards nothing', async (headers) => {
    const answer = await get(headers);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const problem = (await answer.json()) as Problem;
    expect(problem).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(problem.instance).toBe(`urn:mo:request:${answer.headers.get('x-request-id')}`);
    expect(forwarded()).toEqual([]);
  });

  it('precedes every other check', async () => {
    expect((await fetch(`${gateway.url}/api/loans`, { method: 'DELETE' })).status).toBe(401);
  });
});

describe('rates', () => {
  it('are enforced: 429 with Retry-After beyond them, for that key alone', async () => {
    const slow = { headers: { authorization: 'Bearer slow' } };
    const beganMs = performance.now();
    expect((await gateway.call('GET', '/api/loans', slow)).status).toBe(200);
    const second = await gateway.call('GET', '/api/loans', slow);
    const passedSeconds = Math.ceil((performance.now() - beganMs) / 1_000);
    const wait = Number(second.headers.get('retry-after'));
    expect(second.status).toBe(429);
    expect(wait).toBeGreaterThan(100 - passedSeconds);
    expect(wait).toBeLessThanOrEqual(100);
    expect(second.headers.get('ratelimit-policy')).toBe('"key";q=1;w=100');
    expect(second.headers.get('ratelimit')).toBe('"key";r=0;t=100');
    expect(await second.json()).toMatchObject({ code: 'rate_limited' });
    for (let n = 0; n < 20; n += 1) expect((await gateway.call('GET', '/api/loans')).status).toBe(200);
    expect(forwarded()).toHaveLength(21);
  });
});
