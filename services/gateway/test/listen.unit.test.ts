import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import fastify from 'fastify';
import { listenForCallers } from '../src/listen.ts';

/** Opens connections in a thread of its own, and says so in shared memory. */
const CALLERS = 64;
const callers = `
  const { connect } = require('node:net');
  const { workerData } = require('node:worker_threads');
  const open = new Int32Array(workerData.open);
  for (let n = 0; n < ${CALLERS}; n += 1)
    connect(workerData.port, '127.0.0.1', () => { Atomics.add(open, 0, 1); Atomics.notify(open, 0); });
`;

it('takes many new callers in one turn of its event loop, however long a turn is', async () => {
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
  for (let seen = 0; seen < CALLERS; seen = Atomics.load(open, 0)) Atomics.wait(open, 0, seen, 30_000);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  await turn();
  expect(taken).toBeGreaterThanOrEqual(8);
  await worker.terminate();
  await app.close();
});

it('a port that is taken is an error, by another gateway too', async () => {
  const first = fastify();
  const port = Number(new URL(await listenForCallers(first, '127.0.0.1', 0)).port);
  await expect(listenForCallers(fastify(), '127.0.0.1', port)).rejects.toThrow('EADDRINUSE');
  await first.close();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const taken = (other.address() as AddressInfo).port;
  await expect(listenForCallers(fastify(), '127.0.0.1', taken)).rejects.toThrow('EADDRINUSE');
  other.close();
});

it('answers on every socket, and takes nobody once it is closed', async () => {
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
