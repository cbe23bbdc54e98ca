import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { type Connection, type Reply, Sockets } from '../src/index.ts';

const A_MINUTE_MS = 60_000;
const SOCKETS_MAX = 4;
const PATIENCE_MS = 10_000;

let server: Server;
let sockets: Sockets;
beforeEach(async () => {
  server = createServer((_request, response) => response.end('ok'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  jest.useRealTimers();
  sockets.close();
  server.closeAllConnections();
  server.close();
});

const open = () => {
  sockets = new Sockets('127.0.0.1', (server.address() as AddressInfo).port, SOCKETS_MAX);
};
const taken = (): Connection => sockets.take() as Connection;
const ask = (connection: Connection): Promise<Reply> =>
  new Promise((resolve) => connection.send('GET / HTTP/1.1\r\nhost: test\r\n\r\n', PATIENCE_MS, resolve));

it('uses a connection again, and opens no more than it may', async () => {
  open();
  const first = taken();
  expect(await ask(first)).toMatchObject({ status: 200 });
  sockets.give(first);
  expect(sockets.take()).toBe(first);
  for (let count = 1; count < SOCKETS_MAX; count += 1) expect(sockets.take()).not.toBeNull();
  expect(sockets.take()).toBeNull();
});

it('gives out no connection that it has just closed because nobody used it', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  open();
  const first = taken();
  expect(await ask(first)).toMatchObject({ status: 200 });
  sockets.give(first);
  jest.advanceTimersByTime(A_MINUTE_MS);
  const next = taken();
  expect(next).not.toBe(first);
  expect(await ask(next)).toMatchObject({ status: 200 });
});
