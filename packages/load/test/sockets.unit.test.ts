import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { type Connection, type Reply, Sockets } from '../src/index.ts';

const MINUTE_MS = 60_000;
const SOCKETS_MAX = 4;
const TIMEOUT_MS = 10_000;

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
const takeConnection = (): Connection => sockets.take() as Connection;
const send = (connection: Connection): Promise<Reply> =>
  new Promise((resolve) => connection.send('GET / HTTP/1.1\r\nhost: test\r\n\r\n', TIMEOUT_MS, resolve));

it('reuses a connection, and opens no more than the limit', async () => {
  open();
  const first = takeConnection();
  expect(await send(first)).toMatchObject({ status: 200 });
  sockets.give(first);
  expect(sockets.take()).toBe(first);
  for (let count = 1; count < SOCKETS_MAX; count += 1) expect(sockets.take()).not.toBeNull();
  expect(sockets.take()).toBeNull();
});

it('does not hand out a connection that it has just closed for idleness', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  open();
  const first = takeConnection();
  expect(await send(first)).toMatchObject({ status: 200 });
  sockets.give(first);
  jest.advanceTimersByTime(MINUTE_MS);
  const next = takeConnection();
  expect(next).not.toBe(first);
  expect(await send(next)).toMatchObject({ status: 200 });
});
