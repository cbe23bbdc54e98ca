import { createServer } from 'node:net';
import { checkPorts, freePort, isFree, keepPorts } from '../src/ports.ts';

const worker = process.env.JEST_WORKER_ID;
afterEach(() => {
  process.env.JEST_WORKER_ID = worker;
});

it('gives each jest worker ports from a separate range', async () => {
  const portsOf = async (id: string): Promise<number[]> => {
    process.env.JEST_WORKER_ID = id;
    const ports: number[] = [];
    for (let n = 0; n < 50; n += 1) ports.push(await freePort());
    return ports;
  };
  const [first, second] = [await portsOf('1'), await portsOf('2')];
  expect(Math.max(...first)).toBeLessThan(Math.min(...second));
});

it('returns no port twice, and none that is in use', async () => {
  const port = await freePort(3);
  const server = createServer().listen(port + 1, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  expect(await isFree(port + 1)).toBe(false);
  const others = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  expect(new Set([...others, port, port + 1, port + 2]).size).toBe(53);
  await new Promise((resolve) => server.close(resolve));
});

it('names the ports that cannot be listened on, and the variable that changes each', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const gateway = { port, purpose: 'gateway', variable: 'GATEWAY_PORT' };
  await expect(checkPorts([{ ...gateway, host: '0.0.0.0' }])).rejects.toThrow(
    `port ${port} for gateway is taken: set GATEWAY_PORT to another one`,
  );
  await expect(checkPorts([{ ...gateway, port: 65_540 }])).rejects.toThrow(
    'port 65540 for gateway is above 65535: set GATEWAY_PORT to a lower one',
  );
  await expect(checkPorts([{ ...gateway, host: '192.0.2.7' }])).rejects.toThrow(
    'HOST must be an address of this machine, not "192.0.2.7"',
  );
  await new Promise((resolve) => server.close(resolve));
  await expect(checkPorts([gateway])).resolves.toBeUndefined();
});

it('returns no reserved port, even if nothing listens on it yet', async () => {
  keepPorts(Array.from({ length: 12_000 }, (_, index) => 20_000 + index));
  await expect(freePort()).rejects.toThrow('no free port between');
});
