import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { createLogger, createRegistry } from '@mo/service-kit';
import { boundCallers } from '../src/forward/callers.ts';
import { defaultLimits } from '../src/forward/limits.ts';

const CALLERS_MAX = 2;
const ABOVE_MAX = 500;

/** A caller's connection that never ends by itself. */
class Caller extends EventEmitter {
  told = '';
  destroyed = false;

  end(text: string): void {
    this.told = text;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function connectTo(server: EventEmitter): Caller {
  const caller = new Caller();
  server.emit('connection', caller);
  return caller;
}

it('callers above the limit get an answer, far above it none, and each is counted', async () => {
  const registry = createRegistry('gateway');
  const server = new EventEmitter();
  const limits = { ...defaultLimits, callersMax: CALLERS_MAX };
  boundCallers(server as Server, limits, registry, createLogger('gateway', 'silent'));
  const within = Array.from({ length: CALLERS_MAX }, () => connectTo(server));
  const above = Array.from({ length: ABOVE_MAX }, () => connectTo(server));
  const far = connectTo(server);
  expect(within.every(({ told, destroyed }) => told === '' && !destroyed)).toBe(true);
  expect(above.every(({ told, destroyed }) => told.startsWith('HTTP/1.1 503') && !destroyed)).toBe(true);
  expect([far.told, far.destroyed]).toEqual(['', true]);
  expect(await registry.getSingleMetricAsString('gateway_callers_refused_total')).toMatch(/\} 501$/);
  for (const caller of [...within, ...above]) caller.destroy();
  expect(connectTo(server).told).toBe('');
});

it("callers never use up the process's file descriptors", () => {
  const { userLimits } = process.report.getReport() as { userLimits: { open_files: { soft: number } } };
  const server = new EventEmitter();
  const limits = { ...defaultLimits, filesForTheRest: userLimits.open_files.soft - CALLERS_MAX };
  boundCallers(server as Server, limits, createRegistry('gateway'), createLogger('gateway', 'silent'));
  const callers = Array.from({ length: CALLERS_MAX + 1 }, () => connectTo(server));
  expect(callers.map(({ told }) => told !== '')).toEqual([false, false, true]);
});
