/** What stands in the log of requests, and what never does. */
import { type AddressInfo, connect } from 'node:net';
import { createRegistry, JSON_BODY_BYTES_MAX, ProblemError, unavailable } from '../src/index.ts';
import { serverUnderTest, settled } from './harness.ts';

/** Of letters that no id in hexadecimal digits has. */
const NAME = 'otto';

describe('the line of a request', () => {
  it('contains the code of a problem, and a path with internal ids', async () => {
    const { app, log } = serverUnderTest();
    app.get('/things/:id', () => Promise.reject(new ProblemError('not_found', 'there is no such thing')));
    await app.inject(`/things/12345?name=${NAME}`);
    expect(log.lines()).toEqual([
      expect.objectContaining({ path: '/things/12345', status: 404, problem: 'not_found' }),
    ]);
  });

  it('is written and counted, also for a caller that left before its answer', async () => {
    const registry = createRegistry('test');
    const { app, log } = serverUnderTest({ registry });
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    app.get('/things/:id', () => {
      arrive();
      return new Promise(() => {});
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const caller = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    caller.write('GET /things/1 HTTP/1.1\r\nhost: x\r\n\r\n');
    await arrived;
    caller.destroy();
    const lines = () => log.lines().filter(({ msg }) => msg === 'request');
    while (lines().length === 0) await settled();
    expect(lines()).toEqual([expect.objectContaining({ level: 'info', path: '/things/1', status: 499 })]);
    expect(await registry.metrics()).toMatch(/http_request_duration_seconds_count{[^}]*status="499"[^}]*} 1/);
    await app.close();
  });

  it('is written for requests queued behind another when their connection breaks', async () => {
    const { app, log } = serverUnderTest();
    let arrived = 0;
    app.get('/things/:id', () => {
      arrived += 1;
      return new Promise(() => {});
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const caller = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    caller.write('GET /things/1 HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(3));
    while (arrived < 3) await settled();
    caller.destroy();
    const lines = () => log.lines().filter(({ msg }) => msg === 'request');
    while (lines().length < 3) await settled();
    expect(lines().map(({ status }) => status)).toEqual([499, 499, 499]);
    await app.close();
  });

  it('marks an answer that was not sent completely', async () => {
    const { app, log } = serverUnderTest();
    app.get('/things', (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200).write('a part', () => reply.raw.destroy());
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    await expect(fetch(`http://127.0.0.1:${port}/things`).then((answer) => answer.text())).rejects.toThrow();
    const lines = log.lines().filter(({ msg }) => msg === 'request');
    expect(lines).toEqual([expect.objectContaining({ status: 200, isWhole: false })]);
    await app.close();
  });

  it('contains no name from a path', async () => {
    const { app, log } = serverUnderTest();
    app.get('/things/:id', async () => 'a thing');
    for (const path of [`/things/${NAME}`, `/things/1%20${NAME}`, `/${NAME}`, `/things/1/${NAME}`])
      await app.inject(path);
    expect(log.text()).not.toContain(NAME);
    expect(log.lines().map(({ path }) => path)).toEqual(['/things/:id', '/things/:id', undefined, undefined]);
  });

  it("contains an error's message and stack, and no members that libraries add", async () => {
    const { log } = serverUnderTest();
    const row = { detail: `Key (external_id)=(${NAME}) already exists.`, code: '23505', constraint: 'loans_key' };
    const error = Object.assign(new Error('duplicate key'), row);
    log.logger.error({ err: new Error('it failed', { cause: error }) }, 'failed');
    log.logger.error({ err: error }, 'failed');
    expect(log.text()).not.toContain(NAME);
    expect(log.lines()).toEqual([
      expect.objectContaining({ err: expect.objectContaining({ message: 'it failed: duplicate key' }) }),
      expect.objectContaining({ err: expect.objectContaining({ code: '23505', constraint: 'loans_key' }) }),
    ]);
  });
});

describe('secrets', () => {
  const SECRET = 'hunter2-0123456789';
  const headers = {
    authorization: `Bearer ${SECRET}`,
    'x-api-key': SECRET,
    cookie: `session=${SECRET}`,
    'idempotency-key': SECRET,
    traceparent: SECRET,
  };
  const url = (path: string) => `${path}?api_key=${SECRET}&password=${SECRET}`;
  const body = { password: SECRET, apiKey: SECRET, nested: { password: SECRET } };

  it('in headers, query or body are in no log line, however the request ends', async () => {
    const { app, log } = serverUnderTest();
    app.post('/echo', async (request) => request.body);
    app.post('/bug', () => Promise.reject(new Error('a bug')));
    app.post('/away', () => Promise.reject(unavailable('away', new Error('ECONNREFUSED'))));
    for (const path of ['/echo', '/bug', '/away', '/nowhere'])
      await app.inject({ method: 'POST', url: url(path), headers, payload: body });
    const json = { ...headers, 'content-type': 'application/json' };
    await app.inject({ method: 'POST', url: url('/echo'), headers: json, payload: `{"password":"${SECRET}"` });
    await app.inject({
      method: 'POST',
      url: url('/echo'),
      headers: json,
      payload: `"${SECRET.padEnd(JSON_BODY_BYTES_MAX, SECRET)}"`,
    });
    await app.inject({
      method: 'POST',
      url: url('/echo'),
      headers: { ...headers, 'content-type': SECRET },
      payload: 'x',
    });
    await app.inject({ url: url('/%zz'), headers });
    const statuses = log.lines().flatMap(({ msg, status }) => (msg === 'request' ? [status] : []));
    expect(statuses).toEqual([200, 500, 503, 404, 400, 413, 415, 400]);
    expect(log.text()).not.toContain(SECRET);
  });

  it('that are logged by mistake are redacted, at the top or nested', async () => {
    const { log } = serverUnderTest();
    const names = ['authorization', 'x-api-key', 'cookie', 'password', 'apiKey', 'databaseUrl'];
    for (const name of names) {
      log.logger.info({ [name]: SECRET }, 'bare');
      log.logger.info({ config: { [name]: SECRET } }, 'one down');
      log.logger.info({ request: { headers: { [name]: SECRET } } }, 'two down');
      log.logger.error({ err: Object.assign(new Error('failed'), { [name]: SECRET }) }, 'in an error');
    }
    expect(log.text()).not.toContain(SECRET);
    expect(log.text().match(/\[redacted\]/g)).toHaveLength(names.length * 3);
  });
});

describe('lines logged while a request is handled', () => {
  it('contain its id, also from child loggers, and no secret', async () => {
    const { app, log } = serverUnderTest();
    app.get('/things', (request, reply) => {
      request.log.info({ authorization: NAME }, 'first');
      request.log.child({ part: 2 }).warn('second');
      for (const level of ['trace', 'debug', 'error', 'fatal', 'silent'] as const) request.log[level](level);
      return reply.send({ level: request.log.level });
    });
    const response = await app.inject({ url: '/things', headers: { 'x-request-id': 'request-7' } });
    const lines = log.lines().filter(({ msg }) => msg !== 'request');
    const told = response.json<{ level: string }>().level === 'trace' ? ['trace', 'debug'] : [];
    expect(lines.map(({ msg }) => msg)).toEqual(['first', 'second', ...told, 'error', 'fatal']);
    expect(lines.map(({ requestId }) => requestId)).toEqual(lines.map(() => 'request-7'));
    expect(lines[0]).toMatchObject({ authorization: '[redacted]' });
    expect(lines[1]).toMatchObject({ part: 2, level: 'warn' });
  });
});
