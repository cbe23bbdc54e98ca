import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { jest } from '@jest/globals';
import fastify from 'fastify';
import { FRAME_TYPES, REQUEST_BYTES_MAX } from '../src/frame.ts';
import { connectByHand, frameOf, send, startClient, startServer, stopAll, Told, until } from './support.ts';

afterEach(async () => {
  jest.useRealTimers();
  await stopAll();
});

const ANSWER_TIMEOUT_MS = 60_000;
/** From now on time passes as told alone. */
const stopTime = () => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
/** Until a call is late, and that is noticed. */
const passAnswerTimeout = () => jest.advanceTimersByTime(ANSWER_TIMEOUT_MS + 1_000);

/** Keeps what it is asked, to be answered later. */
function holding() {
  const held: { request: IncomingMessage; response: ServerResponse }[] = [];
  const answer: RequestListener = (request, response) => void held.push({ request, response });
  return { held, answer };
}

const echo: RequestListener = (request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => (text += part));
  request.on('end', () => {
    response.writeHead(201, { 'Content-Type': 'text/plain', 'x-path': request.url }).end(text.toUpperCase());
  });
};

describe('a call', () => {
  it('reaches the server as a request, and its answer returns', async () => {
    const seen: IncomingMessage[] = [];
    const server = await startServer((request, response) => {
      seen.push(request);
      echo(request, response);
    });
    const client = startClient(server.origin);
    const told = send(client, { method: 'POST', path: '/a?b=c', headers: ['x-one', 'ü'], body: 'häh' });
    expect(await told.outcome).toEqual({
      status: 201,
      headers: { 'content-type': 'text/plain', 'x-path': '/a?b=c' },
      body: 'HÄH',
      wasSent: true,
    });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/a?b=c', aborted: false });
    expect(seen[0]?.headers).toEqual({ 'x-one': 'ü', 'content-length': '4', host: new URL(server.origin).host });
    expect(seen[0]?.socket.remoteAddress).toBe('127.0.0.1');
  });

  it.each([
    ['GET', undefined, undefined],
    ['POST', undefined, '0'],
    ['POST', '', '0'],
    ['DELETE', 'x', '1'],
  ])('by %s with the body %j has the content-length %j', async (method, body, length) => {
    const server = await startServer(
      (request, response) => void response.end(String(request.headers['content-length'])),
    );
    const told = send(startClient(server.origin), { method, ...(body === undefined ? {} : { body }) });
    expect((await told.outcome).body).toBe(String(length));
  });

  it('shares one connection with all others, and gets its own answer in any order of arrival', async () => {
    const { held, answer } = holding();
    const server = await startServer(answer);
    const client = startClient(server.origin);
    const calls = Array.from({ length: 50 }, (_, place) => send(client, { path: `/${place}` }));
    await until(() => held.length === calls.length, 'all have arrived');
    expect(server.sockets.size).toBe(1);
    for (const { request, response } of held.reverse()) response.end(request.url);
    const outcomes = await Promise.all(calls.map(({ outcome }) => outcome));
    expect(outcomes.map(({ body }) => body)).toEqual(calls.map((_, place) => `/${place}`));
  });

  it('is answered by Fastify, too, with its usual routes, bodies, errors and hooks', async () => {
    const app = fastify();
    const done: string[] = [];
    app.addHook('onResponse', async (request, reply) => void done.push(`${request.url} ${reply.statusCode}`));
    app.post('/echo/:id', (request, reply) =>
      reply.code(201).send({ ...(request.params as object), got: request.body }),
    );
    await app.ready();
    const server = await startServer((request, response) => app.routing(request, response));
    const client = startClient(server.origin);
    const headers = ['content-type', 'application/json'];
    const told = send(client, { method: 'POST', path: '/echo/7', headers, body: '{"a":1}' });
    expect(await told.outcome).toMatchObject({ status: 201, body: '{"id":"7","got":{"a":1}}' });
    const broken = send(client, { method: 'POST', path: '/echo/7', headers, body: '{' });
    expect((await broken.outcome).status).toBe(400);
    expect((await send(client, { path: '/nothing' }).outcome).status).toBe(404);
    expect(done).toEqual(['/echo/7 201', '/echo/7 400', '/nothing 404']);
    await app.close();
  });

  it('that its client cancels ends at the server, and the others continue', async () => {
    const { held, answer } = holding();
    const server = await startServer(answer);
    const client = startClient(server.origin);
    const [left, kept] = [send(client), send(client)];
    await until(() => held.length === 2, 'both have arrived');
    let closed = 0;
    held[0]?.response.on('close', () => (closed += 1));
    left.control?.abort(Object.assign(new Error('enough'), { code: 'ENOUGH' }));
    expect(await left.outcome).toEqual({ error: 'ENOUGH', wasSent: true });
    await until(() => closed === 1, 'the server knows');
    expect([held[0]?.request.socket.destroyed, held[1]?.request.socket.destroyed]).toEqual([true, false]);
    for (const { response } of held) response.end('late');
    expect((await kept.outcome).body).toBe('late');
  });

  it('that is cancelled before it is sent is not sent', async () => {
    const { held, answer } = holding();
    const server = await startServer(answer);
    const client = startClient(server.origin);
    class GivesUp extends Told {
      override onRequestStart(control: Parameters<Told['onRequestStart']>[0]): void {
        control.abort(new Error('never mind'));
      }
    }
    const told = new GivesUp();
    client.dispatch({ method: 'POST', path: '/', headers: [], body: null }, told);
    const other = send(client, { path: '/other' });
    await until(() => held.length === 1, 'the other has arrived');
    held[0]?.response.end();
    await other.outcome;
    expect(held.map(({ request }) => request.url)).toEqual(['/other']);
    expect(await told.outcome).toMatchObject({ error: 'never mind' });
  });

  it('that is too long to send fails alone', async () => {
    const server = await startServer(echo);
    const client = startClient(server.origin);
    const [long, other] = [
      send(client, { method: 'POST', body: 'x'.repeat(REQUEST_BYTES_MAX) }),
      send(client, { method: 'POST', body: 'ok' }),
    ];
    expect((await long.outcome).error).toContain('a frame of');
    expect((await other.outcome).body).toBe('OK');
  });

  it('that the server aborts fails as one that may have been executed', async () => {
    const server = await startServer((request, response) =>
      request.url === '/broken' ? void response.destroy() : void response.end('ok'),
    );
    const client = startClient(server.origin);
    const [broken, other] = [send(client, { path: '/broken' }), send(client)];
    expect(await broken.outcome).toEqual({ error: 'UND_ERR_SOCKET', wasSent: true });
    expect((await other.outcome).status).toBe(200);
  });

  it('that is not answered in time fails, and the server is notified', async () => {
    const { held, answer } = holding();
    const server = await startServer((request, response) =>
      request.url === '/slow' ? answer(request, response) : void response.end('ok'),
    );
    stopTime();
    const client = startClient(server.origin, { answerTimeoutMs: ANSWER_TIMEOUT_MS });
    const slow = send(client, { path: '/slow' });
    await until(() => held.length === 1, 'it has arrived');
    jest.advanceTimersByTime(1);
    await send(client).outcome;
    passAnswerTimeout();
    expect(await slow.outcome).toEqual({ error: 'UND_ERR_HEADERS_TIMEOUT', wasSent: true });
    await until(() => held[0]?.request.socket.destroyed === true, 'the server knows');
    expect(server.sockets.size).toBe(1);
  });
});

describe('a connection', () => {
  it('that breaks fails the calls in flight on it, and the next call opens another', async () => {
    const { held, answer } = holding();
    const server = await startServer(answer);
    const client = startClient(server.origin);
    const calls = [send(client), send(client)];
    await until(() => held.length === 2, 'both have arrived');
    for (const socket of server.sockets) socket.resetAndDestroy();
    for (const { outcome } of calls) expect(await outcome).toEqual({ error: 'UND_ERR_SOCKET', wasSent: true });
    await until(() => held.every(({ request }) => request.socket.destroyed), 'the server knows');
    const next = send(client);
    await until(() => held.length === 3, 'the next has arrived');
    held[2]?.response.end('again');
    expect((await next.outcome).body).toBe('again');
  });

  it('that receives nothing any more is closed with the first late call', async () => {
    const { held, answer } = holding();
    const server = await startServer(answer);
    stopTime();
    const client = startClient(server.origin, { answerTimeoutMs: ANSWER_TIMEOUT_MS });
    const first = send(client);
    await until(() => held.length === 1, 'the first call has arrived');
    held[0]?.response.end();
    await first.outcome;
    jest.advanceTimersByTime(1);
    const late = send(client);
    await until(() => held.length === 2, 'the late call has arrived');
    const [socket] = server.sockets;
    passAnswerTimeout();
    expect((await late.outcome).error).toBe('UND_ERR_HEADERS_TIMEOUT');
    await until(() => socket?.destroyed === true, 'the connection is closed');
  });

  it('that cannot be opened fails its calls as not sent', async () => {
    const server = await startServer(echo);
    await stopAll();
    const client = startClient(server.origin);
    const calls = [send(client), send(client)];
    for (const { outcome } of calls) expect(await outcome).toEqual({ error: 'ECONNREFUSED', wasSent: false });
  });

  it('that is not opened in time fails its calls as not sent', async () => {
    const server = await startServer(() => {}, false);
    const client = startClient(server.origin, { connectTimeoutMs: 50 });
    expect(await send(client).outcome).toEqual({ error: 'UND_ERR_CONNECT_TIMEOUT', wasSent: false });
  });

  it('that the server closes first delivers the answers of calls in flight', async () => {
    const { held, answer } = holding();
    const server = await startServer(answer);
    const client = startClient(server.origin);
    const call = send(client);
    await until(() => held.length === 1, 'it has arrived');
    server.leave();
    held[0]?.response.end('last');
    expect((await call.outcome).body).toBe('last');
    await until(() => server.sockets.size === 0, 'it is closed');
  });

  it('that the client closes first delivers the answers of calls in flight', async () => {
    const { held, answer } = holding();
    const server = await startServer(answer);
    const client = startClient(server.origin);
    const call = send(client);
    await until(() => held.length === 1, 'it has arrived');
    client.close();
    expect(await send(client).outcome).toEqual({ error: 'UND_ERR_CLOSED', wasSent: false });
    held[0]?.response.end('last');
    expect((await call.outcome).body).toBe('last');
    await until(() => server.sockets.size === 0, 'it is closed');
  });

  it('announces with each answer that it takes no more calls, where Node.js would', async () => {
    const server = await startServer((_request, response) => {
      response.shouldKeepAlive = false;
      response.end();
    });
    expect((await send(startClient(server.origin)).outcome).headers).toEqual({ connection: 'close' });
  });
});

describe('a server that does not speak mux', () => {
  it('gets its calls by the other way until it is tried again', async () => {
    const asked: (string | undefined)[] = [];
    const server = await startServer((request, response) => {
      asked.push(request.url);
      response.writeHead(404).end();
    }, false);
    const otherwise: string[] = [];
    const client = startClient(server.origin, {}, ({ path }, handler) => {
      otherwise.push(path);
      handler.onResponseError(null, new Error('by another way'));
    });
    const calls = ['/1', '/2'].map((path) => send(client, { path }));
    for (const { outcome } of calls) expect((await outcome).error).toBe('by another way');
    await send(client, { path: '/3' }).outcome;
    expect([otherwise, asked]).toEqual([['/1', '/2', '/3'], ['/mux']]);
    client.askAgain();
    await send(client, { path: '/4' }).outcome;
    expect([otherwise.length, asked]).toEqual([4, ['/mux', '/mux']]);
  });
});

describe('a client that breaks the rules', () => {
  const request = (call: number) => frameOf(FRAME_TYPES.request, call, ['GET', '/'], '');
  it.each([
    ['no frame', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'a frame of'],
    ['an answer', frameOf(FRAME_TYPES.answer, 1, ['200'], ''), 'which only servers send'],
    ['a request without a path', frameOf(FRAME_TYPES.request, 1, ['GET'], ''), 'without method or path'],
    ['the same number twice', Buffer.concat([request(1), request(1)]), 'a second call'],
    ['too many calls', Buffer.concat(Array.from({ length: 1_025 }, (_, call) => request(call))), 'more than 1024'],
  ])('by sending %s loses its connection, and its calls end', async (_name, bytes, reason) => {
    const { held, answer } = holding();
    const server = await startServer(answer);
    const socket = await connectByHand(server);
    socket.write(bytes);
    await until(() => server.errors.length === 1, 'the server says why');
    expect(server.errors[0]?.message).toContain(reason);
    expect(held.every(({ request: { socket: caller } }) => caller.destroyed)).toBe(true);
    socket.destroy();
  });
});
