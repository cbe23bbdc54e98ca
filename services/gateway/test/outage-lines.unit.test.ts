import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, REMIND_MS } from '@mo/service-kit';
import { defaultLimits } from '../src/forward/limits.ts';
import { Replica } from '../src/forward/replica.ts';
import { until } from './support.ts';

interface Line {
  readonly level: string;
  readonly state?: string;
  readonly reason?: string;
}

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A replica whose process behaves as a test says, with the lines that the gateway logs about it. */
async function replicaUnderTest(behaviour: 'ready' | 'silent' | 'unready', startingMs: number) {
  const world = { behaviour, probes: 0 };
  const server = createServer((_request, response) => {
    world.probes += 1;
    if (world.behaviour !== 'silent') response.writeHead(world.behaviour === 'ready' ? 200 : 503).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lines: Line[] = [];
  const logger = createLogger('gateway', 'info', { write: (line) => void lines.push(JSON.parse(line)) });
  const limits = {
    ...defaultLimits,
    probeIntervalMs: 20,
    probeIntervalWhenDownMs: 10,
    probeTimeoutMs: 300,
    startingMs,
  };
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const replica = new Replica(origin, { service: 'loans', identity: null, limits }, logger, () => {});
  ends.push(async () => {
    await replica.close();
    server.close().closeAllConnections();
  });
  return { world, lines, replica };
}

const YEAR_MS = 365 * 86_400_000;
const UNREADY = '/readyz answers 503';
const levelsOf = (lines: readonly Line[], state: string) =>
  new Set(lines.filter((line) => line.state === state).map(({ level }) => level));

it('an outage is a warning for each reason, but not at each probe', async () => {
  const { world, lines, replica } = await replicaUnderTest('ready', YEAR_MS);
  await replica.start();
  await until(() => replica.state === 'ready', 'it is ready');
  const beganMs = performance.now();
  lines.length = 0;
  for (const [next, state] of [
    ['unready', 'down'],
    ['silent', 'slow'],
    ['unready', 'down'],
  ] as const) {
    world.behaviour = next;
    await until(() => replica.state === state, `it is ${state}`);
  }
  const probes = world.probes + 20;
  await until(() => world.probes > probes, 'it is probed many times');
  expect(levelsOf(lines, 'down')).toEqual(new Set(['warn']));
  expect(levelsOf(lines, 'slow')).toEqual(new Set(['warn']));
  const last = lines.slice(lines.findLastIndex(({ state }) => state === undefined) + 1);
  const reasons = new Set(last.map(({ state, reason }) => `${state} ${reason}`));
  const minutes = 1 + Math.floor((performance.now() - beganMs) / REMIND_MS);
  expect(last.length).toBeLessThanOrEqual(minutes * reasons.size);
});

it.each([
  ['a warning if it lasts', 0, 'warn'],
  ['no warning while the process starts', YEAR_MS, 'info'],
])('that a replica has never been ready is %s, with its reason', async (_what, startingMs, level) => {
  const { lines, replica } = await replicaUnderTest('unready', startingMs);
  await replica.start();
  await until(() => lines.some(({ reason }) => reason === UNREADY), 'the reason is logged');
  expect(levelsOf(lines, 'down')).toEqual(new Set([level]));
});
