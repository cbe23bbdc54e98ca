import type { RequestListener } from 'node:http';
import {
  answerJson,
  expectUnavailable,
  KEY,
  RawConnection,
  sendJson,
  startGateway,
  startStub,
  stopAll,
  until,
} from './support.ts';

afterEach(stopAll);

/** Where an answer in parts matters, as an upload's may be. */
const BY_HTTP = { byHttp: true };
const keyed = { 'idempotency-key': 'k-1' };
const breakConnection: RequestListener = (request, response) =>
  void request.resume().on('end', () => response.destroy());
/** What Fastify answers while it closes. */
const closing: RequestListener = (request, response) =>
  void request.resume().on('end', () => {
    response
      .writeHead(503, { 'content-type': 'application/json', connection: 'close' })
      .end('{"error":"Service Unavailable"}');
  });
/** Behaves so for the first request, and rightly from then on. */
function once(first: RequestListener): RequestListener {
  let count = 0;
  return (request, response) => {
    count += 1;
    (count === 1 ? first : answerJson(200, { ok: true }))(request, response);
  };
}

describe('a request whose connection breaks before its answer', () => {
  it.each([
    ['GET', '/api/loans/1', {}, undefined],
    ['POST', '/api/loans', keyed, '{"a":1}'],
    ['PATCH', '/api/customers/1', keyed, '{"a":1}'],
    ['POST', '/api/webhooks', keyed, '{"a":1}'],
  ])('is sent again: %s %s with %j', async (method, path, headers, body) => {
    const stub = await startStub(once(breakConnection));
    const replicas = { customers: [stub], loans: [stub], payments: [stub], webhooks: [stub] };
    const gateway = await startGateway({ replicas });
    expect((await gateway.call(method, path, { headers, body })).status).toBe(200);
    expect(stub.requests).toHaveLength(2);
    expect(stub.requests[0]?.headers['x-request-id']).toBe(stub.requests[1]?.headers['x-request-id']);
  });

  it('is not sent again if it is a write without a key, because it may have been executed', async () => {
    const stub = await startStub(once(breakConnection));
    const gateway = await startGateway({ replicas: [stub] });
    await expectUnavailable(await gateway.call('POST', '/api/loans', { body: '{}' }));
    expect(stub.requests).toHaveLength(1);
  });

  it('is not sent again if the service does not receive the key', async () => {
    const stub = await startStub(once(breakConnection));
    const gateway = await startGateway({ replicas: [stub] });
    const connection = new RawConnection(gateway.port).send(
      `POST /api/loans HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: 2\r\n` +
        'idempotency-key: k\r\nconnection: idempotency-key\r\n\r\n{}',
    );
    expect(await connection.status()).toBe(503);
    expect(stub.requests).toHaveLength(1);
  });

  it('is not sent again if it is an upload, with a key or not, because its body is gone', async () => {
    const stub = await startStub(once(breakConnection));
    const gateway = await startGateway({ replicas: [stub] });
    await expectUnavailable(await gateway.call('POST', '/api/customers/bulk', { body: 'a,1\n', headers: keyed }));
    expect(stub.requests).toHaveLength(1);
  });

  it('is sent a limited number of times', async () => {
    const stub = await startStub(breakConnection);
    const gateway = await startGateway({ replicas: [stub], limits: { attemptsMax: 3 } });
    await expectUnavailable(await gateway.call('GET', '/api/loans/1'));
    expect(stub.requests).toHaveLength(3);
  });

  it('is sent again with the same body', async () => {
    const bodies: string[] = [];
    const stub = await startStub((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        bodies.push(text);
        if (bodies.length === 1) response.destroy();
        else sendJson(response, 200, {});
      });
    });
    const gateway = await startGateway({ replicas: [stub] });
    const body = JSON.stringify({ text: 'é'.repeat(200_000) });
    expect((await gateway.call('POST', '/api/loans', { body, headers: keyed })).status).toBe(200);
    expect(bodies).toEqual([body, body]);
  });
});

describe('a service of an older release, without multiplexed connections', () => {
  it('gets its calls by HTTP/1.1, and they are retried like others', async () => {
    const stub = await startStub(once(breakConnection), BY_HTTP);
    const gateway = await startGateway({ replicas: [stub] });
    expect((await gateway.call('POST', '/api/loans', { headers: keyed, body: '{"a":1}' })).status).toBe(200);
    expect((await gateway.call('GET', '/api/loans/1')).status).toBe(200);
    expect(stub.requests.map(({ headers }) => headers['content-length'])).toEqual(['7', '7', undefined]);
  });
});

describe('a service that is closing', () => {
  it('gets retries of reads and of writes with a key; other writes are a 503', async () => {
    for (const [method, headers, status] of [
      ['GET', {}, 200],
      ['POST', keyed, 200],
      ['POST', {}, 503],
    ] as const) {
      const stub = await startStub(once(closing));
      const gateway = await startGateway({ replicas: [stub] });
      const body = method === 'POST' ? '{}' : null;
      expect((await gateway.call(method, '/api/loans', { body, headers })).status).toBe(status);
      expect(stub.requests).toHaveLength(status === 200 ? 2 : 1);
    }
  });
});

describe('a problem of a service', () => {
  it('is passed on unchanged, also a 503, and not retried', async () => {
    for (const status of [400, 409, 422, 500, 503]) {
      const stub = await startStub(answerJson(status, { code: 'a_code' }));
      const gateway = await startGateway({ replicas: [stub] });
      const answer = await gateway.call('POST', '/api/loans', { body: '{}', headers: keyed });
      expect([answer.status, await answer.text()]).toEqual([status, '{"code":"a_code"}']);
      expect(answer.headers.get('retry-after')).toBe(status === 503 ? '1' : null);
      expect(stub.requests).toHaveLength(1);
    }
  });

  it.each([
    ['a page of some proxy', 502, 'text/html'],
    ['an error without a problem', 400, 'application/json'],
    ['nothing', 500, undefined],
  ])('that is %s becomes a problem of the gateway', async (_name, status, type) => {
    const stub = await startStub((request, response) => {
      request
        .resume()
        .on('end', () => response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end('?'));
    });
    const gateway = await startGateway({ replicas: [stub] });
    await expectUnavailable(await gateway.call('GET', '/api/loans/1'));
    expect(stub.requests).toHaveLength(1);
  });

  it('that is not HTTP becomes a problem of the gateway', async () => {
    const stub = await startStub((request) => void request.socket.end('NONSENSE\r\n\r\n'), BY_HTTP);
    const gateway = await startGateway({ replicas: [stub] });
    await expectUnavailable(await gateway.call('GET', '/api/loans/1'));
  });
});

describe('a service that takes too long', () => {
  it('to answer is a 503, and the request is not sent again', async () => {
    const stub = await startStub(() => {});
    const gateway = await startGateway({ replicas: [stub], limits: { answerTimeoutMs: 200 } });
    // On a busy machine the time may be over before the service has the call.
    await until(async () => {
      await expectUnavailable(await gateway.call('GET', '/api/loans/1'));
      return stub.requests.length > 0;
    }, 'the service has the call');
    const calls = stub.requests.map(({ headers }) => headers['x-request-id']);
    expect(calls).toEqual([...new Set(calls)]);
    await until(async () => (await gateway.metric('gateway_replicas_ready')) === 3, 'it is used on');
  });

  it('for the whole call is a 503, and the request ends there too', async () => {
    let closed = false;
    const stub = await startStub((_request, response) => void response.on('close', () => (closed = true)));
    const gateway = await startGateway({ replicas: [stub], limits: { callTimeoutMs: 200, answerTimeoutMs: 60_000 } });
    // On a busy machine the time may be over before the service has the call.
    await until(async () => {
      await expectUnavailable(await gateway.call('POST', '/api/loans', { body: '{}' }));
      return stub.requests.length > 0;
    }, 'the service has the call');
    await until(() => closed, 'the service sees that nobody waits');
  });

  it('in the middle of its answer makes the answer visibly incomplete', async () => {
    const stub = await startStub((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }).write('{');
    }, BY_HTTP);
    const gateway = await startGateway({ replicas: [stub], limits: { answerTimeoutMs: 200 } });
    // On a busy machine the beginning may be late, too.
    let answer: Response | undefined;
    await until(async () => {
      answer = await gateway.call('GET', '/api/loans/1');
      return answer.status !== 503;
    }, 'the answer has begun');
    expect(answer?.status).toBe(200);
    await expect(answer?.text()).rejects.toThrow();
  });
});

describe('a caller who does not read its answer', () => {
  it('slows down the service instead of filling the memory, and is disconnected after a while', async () => {
    const part = Buffer.alloc(1024 * 1024);
    let closed = false;
    let parts = 0;
    const stub = await startStub((_request, response) => {
      response.on('close', () => {
        closed = true;
      });
      const more = (error?: Error | null) => {
        if (closed || error) return;
        parts += 1;
        response.write(part, more);
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      more();
    }, BY_HTTP);
    const gateway = await startGateway({ replicas: [stub], limits: { answerStallTimeoutMs: 500 } });
    const connection = new RawConnection(gateway.port);
    connection.socket.pause();
    connection.send('GET /api/loans HTTP/1.1\r\nhost: x\r\nx-api-key: a-key-for-tests\r\n\r\n');
    await until(() => closed, 'the service sees that nobody reads');
    expect(parts).toBeLessThan(32);
    connection.socket.destroy();
  });
});
