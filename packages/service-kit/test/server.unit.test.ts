import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { ProblemError, unavailable } from '../src/index.ts';
import { serverUnderTest } from './harness.ts';

/** A server with a route that gives back what it was sent, and one that throws. */
function serverWith(failure: unknown = new Error('unused'), options: Parameters<typeof serverUnderTest>[0] = {}) {
  const { app, log } = serverUnderTest(options);
  app.post('/echo', async (request) => request.body ?? 'nothing');
  app.get('/fail', () => Promise.reject(failure));
  return { app, log };
}

describe('a path', () => {
  it('that leads nowhere is not found, and is named without its query', async () => {
    const reply = await serverWith().app.inject('/nowhere?secret=1');
    expect(reply.statusCode).toBe(404);
    expect(reply.headers['content-type']).toContain('application/problem+json');
    expect(reply.json()).toMatchObject({ code: 'not_found', detail: 'there is no GET /nowhere' });
  });

  it('that leads nowhere is not found before its body is read', async () => {
    const { app } = serverWith();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const caller = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    caller.write(
      'POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
    );
    const [answer] = await once(caller, 'data');
    expect(String(answer)).toContain('there is no POST /nowhere');
    caller.destroy();
    await app.close();
  });

  it('that is no valid URL ends its connection if a body follows, because nobody would read it', async () => {
    const { app } = serverWith(undefined, { requestTimeoutMs: 0 });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const caller = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    caller.write('POST /%zz HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{');
    const [answer] = await once(caller, 'data');
    expect(String(answer)).toContain('the path is not a valid URL');
    await once(caller.resume(), 'close');
    await app.close();
  });

  it('means the same with a trailing slash', async () => {
    const reply = await serverWith().app.inject({ method: 'POST', url: '/echo/?a=b', payload: { a: 1 } });
    expect(reply.json()).toEqual({ a: 1 });
  });

  it('that is no valid URL is invalid, with a problem as any other', async () => {
    const reply = await serverWith().app.inject({ url: '/%zz', headers: { 'x-request-id': 'r1' } });
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({ code: 'invalid_request', instance: 'urn:mo:request:r1' });
  });

  it('with a part that is too long is not found', async () => {
    const { app } = serverWith();
    app.get('/things/:id', async () => 'a thing');
    expect((await app.inject(`/things/${'1'.repeat(201)}`)).json()).toMatchObject({ code: 'not_found' });
  });
});

describe('a request id', () => {
  it('of a problem is in its body, its headers and the log', async () => {
    const { app, log } = serverWith();
    const reply = await app.inject({ url: '/nowhere', headers: { 'x-request-id': 'r-1' } });
    expect(reply.json().instance).toBe('urn:mo:request:r-1');
    expect(reply.headers['x-request-id']).toBe('r-1');
    expect(log.lines()).toEqual([expect.objectContaining({ msg: 'request', requestId: 'r-1', status: 404 })]);
  });

  it('is generated if the request has none', async () => {
    const reply = await serverWith().app.inject('/nowhere');
    expect(reply.json().instance).toMatch(/^urn:mo:request:[0-9a-f-]{36}$/);
  });
});

describe('an error', () => {
  const bug = () => new Error('inner detail', { cause: new Error('the disk is on fire') });

  it('that is a bug hides its message, which is in the log with the request id', async () => {
    const { app, log } = serverWith(bug());
    const reply = await app.inject({ url: '/fail', headers: { 'x-request-id': 'r-1' } });
    expect(reply.statusCode).toBe(500);
    expect(reply.json()).toEqual(
      expect.objectContaining({ code: 'internal_error', detail: 'an unexpected error occurred' }),
    );
    expect(reply.body).not.toContain('inner detail');
    const [line] = log.lines().filter(({ level }) => level === 'error');
    expect(line).toMatchObject({ requestId: 'r-1', err: { message: expect.stringContaining('inner detail') } });
    expect(JSON.stringify(line)).toContain('the disk is on fire');
  });

  it.each(['text', null, { code: 42 }, new DOMException('inner detail', 'AbortError')])(
    'that is none of ours is a bug too: %p',
    async (thrown) => {
      const reply = await serverWith(thrown).app.inject('/fail');
      expect(reply.statusCode).toBe(500);
      expect(reply.json()).toMatchObject({ code: 'internal_error', detail: 'an unexpected error occurred' });
    },
  );

  it('that a caller may see is sent unchanged, and logged only from 500 up, with its cause', async () => {
    const seen = serverWith(new ProblemError('customer_inactive', 'the customer is inactive'));
    expect((await seen.app.inject('/fail')).json()).toMatchObject({ code: 'customer_inactive', status: 422 });
    expect(seen.log.lines().map(({ msg, level }) => [level, msg])).toEqual([['info', 'request']]);

    const away = serverWith(unavailable('customers could not be reached', new Error('ECONNREFUSED')));
    const reply = await away.app.inject('/fail');
    expect(reply.headers['retry-after']).toBe('1');
    expect(reply.body).not.toContain('ECONNREFUSED');
    expect(away.log.lines().map(({ msg, level, err }) => [level, msg, (err as Error)?.message])).toEqual([
      ['warn', 'customers could not be reached', 'ECONNREFUSED'],
      ['warn', 'request', undefined],
    ]);
  });

  it('of a dependency is answered as the service maps it', async () => {
    const explain = (error: unknown) =>
      (error as Error).message === 'away' ? unavailable('the database is away') : null;
    expect((await serverWith(new Error('away'), { explain }).app.inject('/fail')).statusCode).toBe(503);
    expect((await serverWith(new Error('other'), { explain }).app.inject('/fail')).statusCode).toBe(500);
    const said = new ProblemError('not_found', 'away');
    expect((await serverWith(said, { explain }).app.inject('/fail')).statusCode).toBe(404);
  });
});

describe('the endpoints for operators', () => {
  it('/livez reports that the process works', async () => {
    expect((await serverUnderTest().app.inject('/livez')).json()).toEqual({ status: 'alive' });
  });

  it('/readyz reports whether it can serve, and if not why', async () => {
    let reason: string | null = null;
    const { app } = serverUnderTest({ notReady: () => reason, readyDetails: () => ({ peers: 2 }) });
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready', peers: 2 });
    reason = 'stopping';
    const reply = await app.inject('/readyz');
    expect([reply.statusCode, reply.headers['retry-after']]).toEqual([503, '1']);
    expect(reply.json()).toEqual({ status: 'not ready', reason: 'stopping', peers: 2 });
  });

  it('/metrics counts requests by route, never by path', async () => {
    const { app } = serverUnderTest();
    app.get('/things/:id', async () => 'a thing');
    await app.inject('/things/987654321012345');
    const { body } = await app.inject('/metrics');
    expect(body).toMatch(/http_request_duration_seconds_count\{.*route="\/things\/:id",method="GET",status="200"\} 1/);
    expect(body).not.toContain('987654321012345');
  });

  it('/metrics counts problems by route and code', async () => {
    const { app } = serverUnderTest();
    app.get('/things/:id', () => Promise.reject(new ProblemError('not_found', 'there is no such thing')));
    await app.inject('/things/987654321012345');
    await app.inject('/nowhere');
    const { body } = await app.inject('/metrics');
    expect(body).toMatch(/http_problems_total\{route="\/things\/:id",code="not_found".*\} 1/);
    expect(body).toMatch(/http_problems_total\{route="unknown",code="not_found".*\} 1/);
    expect(body).toMatch(/http_problems_total\{route="\/things\/:id",code="internal_error".*\} 0/);
  });

  it('write no log line', async () => {
    const { app, log } = serverUnderTest({ notReady: () => 'stopping' });
    for (const path of ['/livez', '/readyz', '/metrics']) await app.inject(path);
    expect(log.text()).toBe('');
  });
});

describe('on a socket', () => {
  const { app } = serverUnderTest();
  beforeAll(() => app.listen({ host: '127.0.0.1', port: 0 }));
  afterAll(() => app.close());

  /** What the server sends before it ends the connection. */
  function exchange(text: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const chunks: Buffer[] = [];
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
    return promise;
  }

  it.each([
    ['what is not HTTP', 'hello\r\n\r\n', 'the request must begin with a method of HTTP'],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`,
      'the headers are over 16384 bytes',
    ],
  ])('%s is answered with a problem', async (_what, text, detail) => {
    const [head = '', body = ''] = (await exchange(text)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Invalid request\r\n/);
    expect(head).toContain('content-type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ code: 'invalid_request', detail });
  });

  it('closing ends connections on which nothing was ever sent', async () => {
    const { app: closing } = serverUnderTest();
    await closing.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((closing.server.address() as AddressInfo).port, '127.0.0.1');
    const accepted = new Promise((resolve) => closing.server.once('connection', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    await accepted;
    await closing.close();
    await closed;
  });
});
