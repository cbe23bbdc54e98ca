import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { createLogger, createRegistry } from '@mo/service-kit';
import { boundCallers } from '../src/forward/callers.ts';
import { defaultLimits } from '../src/forward/limits.ts';

const CALLERS_MAX = 2;
const REFUSALS_MAX = 500;

/** A caller's connection that never ends by itself. */
class Caller extends EventEmitter {
  told = '';
  destroyed = false;
  readonly remoteAddress: string;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  end(text: string): void {
    this.told = text;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

let lastAddress = 0;
/** @param address by default one that nobody has had before */
function connectTo(server: EventEmitter, address = `10.0.${Math.floor(++lastAddress / 256)}.${lastAddress % 256}`) {
  const caller = new Caller(address);
  server.emit('connection', caller);
  return caller;
}

/** A server that takes this many callers. */
function serverFor(callersMax: number, trustedProxies: string[] = []) {
  const registry = createRegistry('gateway');
  const server = new EventEmitter();
  const limits = { ...defaultLimits, callersMax };
  boundCallers(server as Server, limits, trustedProxies, registry, createLogger('gateway', 'silent'));
  return { server, registry };
}

it('callers above the limit get an answer, far above it none, and each is counted', async () => {
  const { server, registry } = serverFor(CALLERS_MAX);
  const within = Array.from({ length: CALLERS_MAX }, () => connectTo(server));
  const above = Array.from({ length: REFUSALS_MAX }, () => connectTo(server));
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
  boundCallers(server as Server, limits, [], createRegistry('gateway'), createLogger('gateway', 'silent'));
  const callers = Array.from({ length: CALLERS_MAX + 1 }, () => connectTo(server));
  expect(callers.map(({ told }) => told !== '')).toEqual([false, false, true]);
});

/** Connects from an address until it is refused. @returns the connections before */
function connectAll(server: EventEmitter, address: string): Caller[] {
  const callers: Caller[] = [];
  for (;;) {
    const caller = connectTo(server, address);
    if (caller.told !== '') return callers;
    callers.push(caller);
  }
}

describe('the connections from one address', () => {
  it('are at most as many as are free, so others have room, and more get an answer', () => {
    const { server } = serverFor(16);
    const first = connectAll(server, '198.51.100.1');
    expect([first.length, connectAll(server, '198.51.100.2').length]).toEqual([8, 4]);
    const refused = connectTo(server, '198.51.100.1');
    expect(refused.told).toContain('too many callers are connected from this address"');
    expect(connectTo(server).told).toBe('');
    for (const caller of first) caller.destroy();
    expect(connectTo(server, '198.51.100.1').told).toBe('');
  });

  it.each([
    ['2001:db8:1:2::7', '2001:db8:1:2:ffff::1', '2001:db8:1:3::7'],
    ['2001:db8::1', '2001:db8::abcd:0:0:1', '2001:db8:0:1::1'],
    ['::ffff:198.51.100.1', '198.51.100.1', '::ffff:198.51.100.2'],
    ['1::3:4:5:6:7:8', '1:0:3:4::1', '1:3:4:5::1'],
    ['fe80::1%eth0', 'fe80::2%eth0', 'fe81::1%eth0'],
  ])('are those of its network: %s is in that of %s, and not of %s', (address, same, other) => {
    const { server } = serverFor(16);
    expect(connectAll(server, address)).toHaveLength(8);
    expect(connectAll(server, same)).toHaveLength(0);
    expect(connectAll(server, other)).toHaveLength(4);
  });

  it.each(['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::7'])(
    'may take all places if it is a trusted proxy: %s',
    (proxy) => {
      const { server } = serverFor(16, ['10.0.0.0/8', '2001:db8::7']);
      expect(connectAll(server, '2001:db8::8')).toHaveLength(8);
      expect(connectAll(server, proxy)).toHaveLength(8);
      expect(connectTo(server, '198.51.100.1').told).toContain('too many callers are connected"');
    },
  );
});
