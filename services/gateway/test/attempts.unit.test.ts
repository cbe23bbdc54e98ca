import type { RequestListener } from 'node:http';
import type { Problem } from '@mo/contracts';
import { answerJson, KEY, RawConnection, sendJson, startGateway, startStub, stopAll, until } from './support.ts';

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

async function expectUnavailable(answer: Response): Promise<void> {
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(((await answer.json()) as Problem).code).toBe('unavailable');
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

describe('more concurrent calls than the limit', () => {
  it('are answered with 503 at once, and the others complete', async () => {
    const waiting: (() => void)[] = [];
    const stub = await startStub((_request, response) => void waiting.push(() => sendJson(response, 200, {})));
    const gateway = await startGateway({ replicas: [stub], limits: { callsMax: 2 } });
    const taken = [gateway.call('GET', '/api/loans/1'), gateway.call('GET', '/api/loans/2')];
    await until(() => waiting.length === 2, 'two are under way');
    await expectUnavailable(await gateway.call('GET', '/api/loans/3'));
    const other = gateway.call('GET', '/api/payments/1');
    await until(() => waiting.length === 3, 'another service takes one');
    for (const answer of waiting) answer();
    for (const call of [...taken, other]) expect((await call).status).toBe(200);
    await until(async () => (await gateway.metric('gateway_calls_under_way')) === 0, 'all places are free');
    const next = gateway.call('GET', '/api/loans/4');
    await until(() => waiting.length === 4, 'there is room again');
    waiting[3]?.();
    expect((await next).status).toBe(200);
  });

  it('wait in order, and are answered with 503 if they wait too long', async () => {
    const waiting: [string, () => void][] = [];
    const stub = await startStub(
      ({ url = '' }, response) => void waiting.push([url, () => sendJson(response, 200, {})]),
    );
    const gateway = await startGateway({ replicas: [stub], limits: { callsAtOnceMax: 1, turnWaitMsMax: 60_000 } });
    const calls = ['/api/loans/1', '/api/loans/2', '/api/loans/3'].map((path) => gateway.call('GET', path));
    await until(async () => (await gateway.metric('gateway_calls_waiting')) === 2, 'two wait');
    for (let done = 0; done < calls.length; done += 1) {
      await until(() => waiting.length === done + 1, 'the next has its turn');
      waiting[done]?.[1]();
    }
    for (const call of calls) expect((await call).status).toBe(200);
    expect(waiting).toHaveLength(3);

    const hasty = await startGateway({ replicas: [stub], limits: { callsAtOnceMax: 1, turnWaitMsMax: 20 } });
    const first = hasty.call('GET', '/api/loans/1');
    await until(() => waiting.length === 4, 'one is under way');
    await expectUnavailable(await hasty.call('GET', '/api/loans/2'));
    waiting[3]?.[1]();
    expect((await first).status).toBe(200);
    expect(waiting).toHaveLength(4);
  });

  it('are not delayed by callers that send slowly', async () => {
    const stub = await startStub();
    const gateway = await startGateway({ replicas: [stub], limits: { callsMax: 2, callsAtOnceMax: 2 } });
    const head = `POST /api/loans HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\ncontent-length: 10\r\n\r\n{`;
    const slow = Array.from({ length: 8 }, () => new RawConnection(gateway.port).send(head));
    await until(async () => (await gateway.metric('gateway_body_bytes')) === slow.length, 'all are sending');
    expect((await gateway.call('GET', '/api/loans/1')).status).toBe(200);
    for (const { socket } of slow) socket.destroy();
  });

  it('are refused as a problem before any other check, unlike uploads and other pages', async () => {
    const stub = await startStub(({ url = '' }, response) => {
      if (url.startsWith('/api/customers/bulk')) sendJson(response, 200, {});
    });
    const gateway = await startGateway({ replicas: [stub], limits: { callsMax: 1 } });
    const held = new RawConnection(gateway.port);
    held.send(`GET /api/customers/1 HTTP/1.1\r\nhost: x\r\nx-api-key: ${KEY}\r\n\r\n`);
    await until(() => stub.requests.length === 1, 'one is under way');
    const refused = await gateway.call('GET', '/api/customers/2', { headers: { 'x-api-key': 'no key of ours' } });
    await expectUnavailable(refused);
    expect(refused.headers.get('x-request-id')).toBeTruthy();
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect((await gateway.call('POST', '/api/customers/bulk', { body: 'a,1' })).status).toBe(200);
    expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
    expect((await gateway.call('GET', '/api/nothing')).status).toBe(404);
    expect(await gateway.metric('gateway_shed_total')).toBe(1);
    held.socket.destroy();
  });
});
