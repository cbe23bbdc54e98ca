import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@mo/service-kit';
import { defaultLimits } from '../src/forward/limits.ts';
import { Replica } from '../src/forward/replica.ts';
import { until } from './support.ts';

it('an outage is one warning, although the replica is slow and down in turn', async () => {
  let behaviour: 'ready' | 'silent' | 'unready' = 'ready';
  const server = createServer((_request, response) => {
    if (behaviour !== 'silent') response.writeHead(behaviour === 'ready' ? 200 : 503).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lines: { level: string; state?: string }[] = [];
  const logger = createLogger('gateway', 'info', { write: (line) => void lines.push(JSON.parse(line)) });
  const limits = { ...defaultLimits, probeIntervalMs: 20, probeIntervalWhenDownMs: 10, probeTimeoutMs: 300 };
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const replica = new Replica(origin, { service: 'loans', identity: null, limits }, logger, () => {});
  await replica.start();
  await until(() => replica.state === 'ready', 'it is ready');
  for (const [next, state] of [
    ['unready', 'down'],
    ['silent', 'slow'],
    ['unready', 'down'],
  ] as const) {
    behaviour = next;
    await until(() => replica.state === state, `it is ${state}`);
  }
  await replica.close();
  server.close().closeAllConnections();
  // A busy machine may have more outages than this one: each has one warning, which follows the line that it is ready.
  const firsts = lines.filter(({ level, state }) => level === 'warn' || state === undefined);
  const turns = firsts.slice(firsts.findIndex(({ level }) => level === 'warn'));
  expect(turns.map(({ level }) => level)).toEqual(turns.map((_, place) => (place % 2 === 0 ? 'warn' : 'info')));
  expect(lines.filter(({ state }) => state === 'slow').length).toBeGreaterThan(0);
});
