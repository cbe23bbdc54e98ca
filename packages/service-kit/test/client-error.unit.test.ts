import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer as createSocketServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { liftRequestTimeout, onClientError, takeOddRequests } from '../src/client-error.ts';

const REQUEST_TIMEOUT_MS = 100;
/** Longer than any machine stands still. */
const LONG_MS = 600_000;
const DEADLINE_MS = 20_000;
const HEADER_BYTES_MAX = 16_384;

/** A server that lifts the request timeout for some paths and answers with what it got. The timeout is short once the headers are there. */
async function startServer() {
  const timesOf = (requestTimeout: number) => ({ requestTimeout, headersTimeout: requestTimeout });
  let timeouts = 0;
  const server = createServer({ ...timesOf(LONG_MS), connectionsCheckingInterval: 20 }, (incoming, response) => {
    if (incoming.url === '/lifted') liftRequestTimeout(incoming);
    Object.assign(server, timesOf(REQUEST_TIMEOUT_MS));
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    incoming.on('end', () => response.end(String(bytes)));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    timeouts += 1;
    onClientError(error, socket as Parameters<typeof onClientError>[1], HEADER_BYTES_MAX);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port, timeouts: () => timeouts };
}

describe('a request that is slow to arrive', () => {
  let started: Awaited<ReturnType<typeof startServer>>;
  beforeEach(async () => {
    started = await startServer();
  });
  afterEach(() => {
    started.server.closeAllConnections();
    started.server.close();
  });

  /** Begins a request, ends it once the server has found it too slow, and answers with the status. */
  async function sendSlowly(path: string): Promise<number> {
    const outgoing = request({ port: started.port, method: 'POST', path });
    outgoing.on('error', () => {});
    const answered = once(outgoing, 'response');
    outgoing.write('a');
    for (let waitedMs = 0; started.timeouts() === 0 && waitedMs < DEADLINE_MS; waitedMs += 10) await delay(10);
    outgoing.end('b');
    const [response] = (await answered) as [IncomingMessage];
    response.resume();
    return response.statusCode ?? 0;
  }

  it('is answered with 408', async () => {
    expect(await sendSlowly('/plain')).toBe(408);
  });

  it('has no time limit if its timeout is lifted', async () => {
    expect(await sendSlowly('/lifted')).toBe(200);
    expect(started.timeouts()).toBe(1);
  });
});

it.each(['ECONNRESET', 'ERR_TLS_HANDSHAKE_TIMEOUT'])('a connection that fails with %s gets no answer', async (code) => {
  const server = createSocketServer((socket) =>
    onClientError(Object.assign(new Error(), { code }), socket, HEADER_BYTES_MAX),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  caller.on('data', (part) => (answer += String(part)));
  await once(caller, 'close');
  expect(answer).toBe('');
  server.close();
});

describe('what is not HTTP is answered with what is wrong:', () => {
  const server = createServer((incoming, response) => incoming.resume().on('end', () => response.end()));
  server.on('clientError', (error, socket) => onClientError(error, socket as Socket, HEADER_BYTES_MAX));

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  /** The text for people, after the caller ended its side, too. */
  async function detailOf(text: string): Promise<string> {
    const caller = connect((server.address() as AddressInfo).port, '127.0.0.1');
    caller.end(text);
    let answer = '';
    caller.setEncoding('utf8').on('data', (part: string) => {
      answer += part;
    });
    await once(caller, 'close');
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 400 /);
    return (JSON.parse(body) as { detail: string }).detail;
  }

  const HEADER = 'a header must be a name, a colon and a value, on one line and without control characters';
  const LINE = 'a line or chunk must end with CRLF';
  const GET = 'GET / HTTP/1.1\r\nhost: x\r\n';
  const POST = 'POST / HTTP/1.1\r\nhost: x\r\n';
  const CHUNKED = 'transfer-encoding: chunked\r\n';

  const REFUSALS: readonly (readonly [text: string, detail: string])[] = [
    ['hello\r\n\r\n', 'the request must begin with a method of HTTP'],
    ['GET a HTTP/1.1\r\n\r\n', 'the path must begin with "/" and be percent-encoded'],
    ['GET /a b HTTP/1.1\r\n\r\n', 'the path must be followed by "HTTP/1.1"; a space in the path is written as %20'],
    ['GET / HTTP/3.7\r\n\r\n', 'the first line must end with "HTTP/1.1" and CRLF'],
    ['GET / HTTP/1.1\nhost: x\n\n', 'the first line must end with "HTTP/1.1" and CRLF'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'HTTP/2 is not supported'],
    [`${GET}a: b\r\n c\r\n\r\n`, HEADER],
    [`${GET}abc\r\n\r\n`, HEADER],
    [`${GET}a: \u0000\r\n\r\n`, HEADER],
    ['GET / HTTP/1.1\r\n a: b\r\n\r\n', HEADER],
    [`${GET}a: b\rc\r\n\r\n`, LINE],
    [
      `${POST}content-length: -1\r\n\r\n`,
      'the Content-Length must be a whole number, and not be given with a Transfer-Encoding',
    ],
    [
      `${POST}${CHUNKED}content-length: 1\r\n\r\n`,
      'the Content-Length must be a whole number, and not be given with a Transfer-Encoding',
    ],
    [
      `${POST}content-length: 1\r\n${CHUNKED}\r\n`,
      'the Transfer-Encoding must be chunked, and not be given with a Content-Length',
    ],
    [`${POST}content-length: 1\r\ncontent-length: 1\r\n\r\n`, 'the Content-Length must be given once'],
    [`${POST}${CHUNKED}\r\nzz\r\n`, 'a chunk of the body must begin with its size, in hexadecimal digits'],
    [`${POST}${CHUNKED}\r\n1;${'a'.repeat(20_000)}\r\n`, 'the extensions of the chunks are too long'],
    [`${POST}${CHUNKED}\r\n1\r\nabc\r\n`, LINE],
    ['GET / HT', 'the request ended early'],
  ];

  it.each(REFUSALS.map(([text, detail]) => [text.slice(0, 80), text, detail] as const))(
    '%j',
    async (_beginning, text, detail) => expect(await detailOf(text)).toBe(detail),
  );

  it('or with the plain fact, if the parser names another error', async () => {
    const other = createSocketServer((socket) =>
      onClientError(Object.assign(new Error(), { code: 'HPE_USER' }), socket, HEADER_BYTES_MAX),
    );
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const caller = connect((other.address() as AddressInfo).port, '127.0.0.1');
    let answer = '';
    caller.on('data', (part) => (answer += String(part)));
    await once(caller, 'close');
    expect(answer).toContain('"detail":"the request is not HTTP"');
    other.close();
  });
});

describe('a CONNECT', () => {
  const CONNECT = 'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n';
  /** More than the kernel holds for a caller who reads nothing. */
  const LONG_ANSWER = Buffer.alloc(32 * 1024 * 1024);
  const server = createServer((_request, response) => void response.end(LONG_ANSWER));
  takeOddRequests(server);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => void jest.useRealTimers());
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  function send(text: string): Socket {
    const caller = connect((server.address() as AddressInfo).port, '127.0.0.1');
    caller.write(text);
    return caller;
  }

  async function turnsUntil(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  }

  it('is answered with 405, and its connection ends', async () => {
    const caller = send(CONNECT);
    let answer = '';
    caller.setEncoding('utf8').on('data', (part: string) => {
      answer += part;
    });
    await once(caller, 'close');
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
    await turnsUntil(() => sockets.size === 0);
  });

  it('whose caller resets its connection at once affects nobody else', async () => {
    const main = fileURLToPath(new URL('./serving-main.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=source', main], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const [origin] = (await once(child, 'message')) as [string];
    for (let times = 0; times < 200; times += 1) {
      const caller = connect(Number(new URL(origin).port), '127.0.0.1').on('error', () => {});
      await Promise.race([once(caller, 'connect'), once(caller, 'close')]);
      caller.write(CONNECT);
      caller.resetAndDestroy();
    }
    const alive = await fetch(`${origin}/livez`).catch(() => null);
    child.kill('SIGKILL');
    expect(alive?.status).toBe(200);
  });

  it('whose caller reads nothing is closed after 5 s', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    const caller = send(`GET / HTTP/1.1\r\nhost: x\r\n\r\n${CONNECT}`);
    await turnsUntil(() => sockets.values().next().value?.writableEnded === true);
    const [socket] = sockets;
    jest.advanceTimersByTime(4_999);
    expect(socket?.destroyed).toBe(false);
    jest.advanceTimersByTime(1);
    expect(socket?.destroyed).toBe(true);
    caller.destroy();
  });
});
