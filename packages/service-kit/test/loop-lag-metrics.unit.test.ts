import { setTimeout as delay } from 'node:timers/promises';
import { createRegistry } from '../src/metrics.ts';

const STALL_MS = 300;
const LOOK_MS = 100;

/** What each metric of the event loop's lag tells, in seconds, by its name without what they share. */
async function lags(registry: ReturnType<typeof createRegistry>): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).matchAll(/^nodejs_eventloop_lag_(\w*?)_?seconds\{.*\} (.+)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value)]));
}

function stall(): void {
  const endMs = performance.now() + STALL_MS;
  while (performance.now() < endMs);
}

it('no lateness is reported before the first measurement', async () => {
  const told = await lags(createRegistry('test'));
  expect(Object.keys(told).sort()).toEqual(['', 'max', 'mean', 'min', 'p50', 'p90', 'p99', 'stddev']);
  expect(new Set(Object.values(told))).toEqual(new Set([0]));
});

it('the highest lateness is reported once', async () => {
  const registry = createRegistry('test');
  stall();
  await delay(1);
  const leastS = (STALL_MS - LOOK_MS) / 1_000;
  const told = await lags(registry);
  for (const name of ['', 'max', 'p99']) expect(told[name]).toBeGreaterThan(leastS * 0.9);
  await delay(2 * LOOK_MS);
  expect((await lags(registry)).max).not.toBe(told.max);
});
