import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import {
  KEY,
  RawConnection,
  type RunningGateway,
  type Stub,
  sendJson,
  startGateway,
  startStub,
  stopAll,
  until,
} from './support.ts';

let stub: Stub;
let gateway: RunningGateway;
let answer: RequestListener;

beforeAll(async () => {
  stub = await startStub((request, response) => answer(request, response));
  gateway = await startGateway({ replicas: [stub] });
});
beforeEach(() => {
  answer = (_request, response) => sendJson(response, 200, {});
});
afterAll(stopAll);

/** What a service sees of a request that came with these header lines. */
function seen(lines: string[], start = 'GET /api/loans/17', body = ''): Promise<IncomingHttpHeaders> {
  return seenBy(stub, gateway, lines, start, body);
}

async function seenBy(
  stub: Stub,
  gateway: RunningGateway,
  lines: string[],
  start: string,
  body: string,
): Promise<IncomingHttpHeaders> {
  stub.requests.splice(0);
  const head = [`${start} HTTP/1.1`, 'host: gateway.example', `authorization: Bearer ${KEY}`, ...lines];
  const connection = new RawConnection(gateway.port).send(`${head.join('\r\n')}\r\n\r\n${body}`);
  expect(await connection.status()).toBe(200);
  connection.socket.destroy();
  expect(stub.requests).toHaveLength(1);
  return stub.requests[0]?.headers ?? {};
}

describe('a service gets', () => {
  it("the caller's headers", async () => {
    const headers = await seen([
      'Idempotency-Key: k-1',
      'Consistency-Token: 1.7.1.1.1',
      'Accept: text/plain',
      'X-Custom: a',
    ]);
    expect(headers).toMatchObject({
      'idempotency-key': 'k-1',
      'consistency-token': '1.7.1.1.1',
      accept: 'text/plain',
      'x-custom': 'a',
      host: stub.origin.replace('http://', ''),
    });
  });

  it("the caller's identity from the gateway alone, whatever the caller claims", async () => {
    expect((await seen(['X-Mo-Caller: admin', 'x-mo-caller: root']))['x-mo-caller']).toBe('tester');
    expect((await seen(['connection: x-mo-caller, close', 'X-MO-CALLER: admin']))['x-mo-caller']).toBe('tester');
  });

  it("the caller's identity from the gateway alone, also by HTTP/1.1", async () => {
    const older = await startStub((request, response) => answer(request, response), { byHttp: true });
    const claims = ['X-Mo-Caller: admin', 'x-mo-caller: root'];
    const headers = await seenBy(older, await startGateway({ replicas: [older] }), claims, 'GET /api/loans/17', '');
    expect(headers['x-mo-caller']).toBe('tester');
  });

  it('no credentials', async () => {
    const headers = await seen(['x-api-key: other', 'cookie: a=b', 'proxy-authorization: Basic dTpw']);
    for (const name of ['authorization', 'x-api-key', 'cookie', 'proxy-authorization'])
      expect(headers).not.toHaveProperty(name);
  });

  it('no hop-by-hop headers, including those that Connection names', async () => {
    const headers = await seen([
      'Connection: keep-alive, X-Hop, close',
      'X-Hop: a',
      'Keep-Alive: timeout=1',
      'TE: trailers',
      'Trailer: x-later',
      'Upgrade: websocket',
      'Proxy-Connection: keep-alive',
      'X-Stays: b',
    ]);
    for (const name of ['x-hop', 'keep-alive', 'te', 'trailer', 'upgrade', 'proxy-connection'])
      expect(headers).not.toHaveProperty(name);
    expect(headers['x-stays']).toBe('b');
  });

  it("a request id and a trace context: the caller's if well-formed, otherwise new ones", async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const kept = await seen(['x-request-id: order-17', `traceparent: ${traceparent}`]);
    expect([kept['x-request-id'], kept.traceparent]).toEqual(['order-17', traceparent]);
    const replaced = await seen(['x-request-id: a b{}', 'traceparent: 00-zz']);
    expect(replaced['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(replaced.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect((await seen([])).traceparent).not.toBe(replaced.traceparent);
  });

  it('no body with a GET, and the next request on the connection separately', async () => {
    const body = 'GET /api/payments/1 HTTP/1.1\r\nx: y\r\n\r\n';
    const headers = await seen([`content-length: ${body.length}`], undefined, body);
    expect(headers).not.toHaveProperty('content-length');
    expect(headers).not.toHaveProperty('transfer-encoding');
  });
});

describe('a request that two readers could take for different ones is refused with 400', () => {
  const smuggled = 'GET /internal/streams/loans HTTP/1.1\r\nhost: x\r\n\r\n';
  it.each([
    ['two lengths', `content-length: 5\r\ncontent-length: ${smuggled.length}`],
    ['length and chunks', `content-length: ${smuggled.length}\r\ntransfer-encoding: chunked`],
    ['chunks that are not', 'transfer-encoding: chunked, identity'],
    ['a space before the colon', 'transfer-encoding : chunked'],
    ['a folded line', 'x-a: b\r\n  transfer-encoding: chunked'],
    ['a length that is none', 'content-length: +5'],
  ])('%s', async (_name, lines) => {
    stub.requests.splice(0);
    const head = `POST /api/loans HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\n${lines}\r\n\r\n`;
    const connection = new RawConnection(gateway.port).send(`${head}${smuggled}`);
    expect(await connection.status()).toBe(400);
    await until(() => connection.closed, 'the connection is closed');
    expect(connection.received).toContain('"code":"invalid_request"');
    expect(connection.received.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(stub.requests).toEqual([]);
  });
});

describe('a caller gets', () => {
  it('the status, the body and the headers of the contract, and nothing internal', async () => {
    answer = (_request, response) =>
      sendJson(
        response,
        201,
        { id: 1 },
        {
          'consistency-token': '1.7.1.1.1',
          'idempotency-replayed': 'true',
          link: '</api/loans?cursor=a>; rel="next"',
          'x-powered-by': 'inside',
          server: 'inside',
          'set-cookie': 'a=b',
          etag: '"inside"',
          location: '/inside',
        },
      );
    const got = await gateway.call('POST', '/api/loans', { body: '{}', headers: { 'x-request-id': 'order-18' } });
    expect([got.status, await got.text()]).toEqual([201, '{"id":1}']);
    expect(Object.fromEntries(got.headers)).toEqual({
      connection: 'keep-alive',
      'keep-alive': 'timeout=72',
      date: expect.any(String),
      'cache-control': 'no-store',
      'content-length': '8',
      'content-type': 'application/json; charset=utf-8',
      'consistency-token': '1.7.1.1.1',
      'idempotency-replayed': 'true',
      link: '</api/loans?cursor=a>; rel="next"',
      'x-request-id': 'order-18',
    });
  });

  it.each([
    ['GET', '/api/loans/1', KEY],
    ['GET', '/api/loans/1', 'none of ours'],
    ['GET', '/api/nothing', KEY],
    ['GET', '/api/audit', KEY],
    ['GET', '/readyz', KEY],
  ])('nothing that a cache may store: %s %s', async (method, path, key) => {
    const got = await gateway.call(method, path, { headers: { 'x-api-key': key, authorization: '' } });
    expect([got.status, got.headers.get('cache-control')]).toEqual([expect.any(Number), 'no-store']);
  });

  it('a request id with every answer', async () => {
    for (const path of [
      '/api/loans/1',
      '/api/nothing',
      '/nothing',
      '/readyz',
      '/docs',
      '/openapi.json',
      '/',
      '/api/%zz',
    ]) {
      const got = await gateway.call('GET', path, { headers: { 'x-request-id': 'order-19' } });
      expect(got.headers.get('x-request-id')).toBe('order-19');
    }
  });

  it('a complete body of unknown length, at the pace of its reading', async () => {
    const part = Buffer.alloc(256 * 1024, 'a');
    const parts = 64;
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      for (let n = 0; n < parts; n += 1) response.write(part);
      response.end();
    };
    const got = await gateway.call('POST', '/api/customers/bulk', { body: 'a,1' });
    expect((await got.arrayBuffer()).byteLength).toBe(parts * part.length);
  });

  it('a problem if the request is not HTTP or its headers are too large', async () => {
    for (const text of ['NONSENSE\r\n\r\n', `GET / HTTP/1.1\r\nx: ${'a'.repeat(13_000)}\r\n\r\n`]) {
      const connection = new RawConnection(gateway.port).send(text);
      expect(await connection.status()).toBe(400);
      expect(connection.received).toContain('application/problem+json');
      if (text.startsWith('GET')) expect(connection.received).toContain('the headers are over 12288 bytes');
      await until(() => connection.closed, 'the connection is closed');
    }
  });
});
