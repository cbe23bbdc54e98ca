import { once } from 'node:events';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { createLogger, createRegistry, createServer } from '@mo/service-kit';
import fastify from 'fastify';
import { listenForCallers } from '../src/listen.ts';
import { until } from './support.ts';

const CALLERS = 64;
const DEADLINE_MS = 30_000;
/** Opens connections in a thread of its own, and says so in shared memory. */
const callers = `
  const { connect } = require('node:net');
  const { workerData } = require('node:worker_threads');
  const open = new Int32Array(workerData.open);
  for (let n = 0; n < ${CALLERS}; n += 1)
    connect(workerData.port, '127.0.0.1', () => { Atomics.add(open, 0, 1); Atomics.notify(open, 0); });
`;

it('accepts many new callers per turn of its event loop, however long a turn takes', async () => {
  const app = fastify();
  const origin = await listenForCallers(app, '127.0.0.1', 0);
  let taken = 0;
  app.server.on('connection', () => (taken += 1));
  const open = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(callers, {
    eval: true,
    workerData: { port: Number(new URL(origin).port), open: open.buffer },
  });
  await once(worker, 'online');
  // This turn lasts until the kernel holds them all.
  for (let seen = 0; seen < CALLERS; seen = Atomics.load(open, 0))
    if (Atomics.wait(open, 0, seen, DEADLINE_MS) === 'timed-out') throw new Error(`only ${seen} are connected`);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  await turn();
  expect(taken).toBeGreaterThanOrEqual(8);
  await worker.terminate();
  await app.close();
});

it('a port in use is an error, also if another gateway uses it', async () => {
  const first = fastify();
  const port = Number(new URL(await listenForCallers(first, '127.0.0.1', 0)).port);
  await expect(listenForCallers(fastify(), '127.0.0.1', port)).rejects.toThrow('EADDRINUSE');
  await first.close();
  const other = createSocketServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const taken = (other.address() as AddressInfo).port;
  await expect(listenForCallers(fastify(), '127.0.0.1', taken)).rejects.toThrow('EADDRINUSE');
  other.close();
});

// A call comes in by any of the sockets; that all of these come by the same one is next to impossible.
it.each([1, 2, 3, 4])('closing waits for what is under way, whatever socket it came by, %#', async () => {
  const logger = createLogger('gateway', 'silent');
  const app = createServer({ logger, registry: createRegistry('gateway'), notReady: () => null });
  let answer = () => {};
  let isUnderWay = false;
  app.get('/', (_request, reply) => {
    isUnderWay = true;
    answer = () => void reply.send('here');
  });
  const origin = await listenForCallers(app, '127.0.0.1', 0);
  const idle = await Promise.all(Array.from({ length: CALLERS }, async () => (await fetch(`${origin}/livez`)).status));
  expect(idle).toEqual(idle.map(() => 200));
  const call = fetch(origin);
  await until(() => isUnderWay, 'it is under way');
  let isClosed = false;
  const closing = app.close().then(() => {
    isClosed = true;
  });
  await until(async () => (await fetch(`${origin}/livez`).catch(() => null)) === null, 'nothing new is taken');
  expect(isClosed).toBe(false);
  answer();
  expect(await (await call).text()).toBe('here');
  await closing;
});

it('answers on every socket, and accepts nobody once it is closed', async () => {
  const app = fastify();
  app.get('/', () => 'here');
  const origin = await listenForCallers(app, '127.0.0.1', 0);
  const calls = Array.from({ length: CALLERS }, async () =>
    (await fetch(origin, { headers: { connection: 'close' } })).text(),
  );
  expect(await Promise.all(calls)).toEqual(calls.map(() => 'here'));
  await app.close();
  await expect(fetch(origin)).rejects.toThrow();
});
