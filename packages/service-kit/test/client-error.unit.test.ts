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
