import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { listen } from '@mo/dev-stack/listen';
import { createLogger, createRegistry, Turns } from '@mo/service-kit';
import { defaultLimits } from '../src/forward/limits.ts';
import type { LoopLag } from '../src/forward/loop-lag.ts';
import { Room } from '../src/forward/room.ts';
import { shedFirst } from '../src/forward/shed.ts';
import type { Upstream } from '../src/forward/upstream.ts';
import { WaitEstimate } from '../src/forward/wait-estimate.ts';
import { RawConnection, stopAll, until } from './support.ts';

const servers: Server[] = [];

afterEach(async () => {
  await stopAll();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server that admits calls to loans as a gateway does, and answers those with 200. */
async function serve(isBehind: boolean, changes: Partial<typeof defaultLimits> = {}) {
  const limits = { ...defaultLimits, ...changes };
  const calls = new Room(limits.callsMax);
  const upstream = {
    places: { calls },
    turns: new Turns(),
    waitEstimate: new WaitEstimate(),
    limits,
  } as unknown as Upstream;
  const server = createServer((incoming, response) => void incoming.resume().once('end', () => response.end('{}')));
  servers.push(server);
  shedFirst(server, {
    upstreams: new Map([['loans', upstream]]),
    lag: { isBehind } as LoopLag,
    limits,
    logger: createLogger('gateway', 'silent'),
    registry: createRegistry('gateway'),
  });
  const port = await listen(server);
  return { port, calls, statusOf: () => statusOf(port) };
}

async function statusOf(port: number): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}/api/loans/1`)).status;
}

it('lets a service work while the gateway is behind, without any call that waits', async () => {
  const behind = await serve(true, { callsAtOnceMax: 2 });
  behind.calls.take(1);
  expect(await behind.statusOf()).toBe(200);
  behind.calls.take(1);
  expect(await behind.statusOf()).toBe(503);
  const intime = await serve(false, { callsAtOnceMax: 2 });
  intime.calls.take(2);
  expect(await intime.statusOf()).toBe(200);
});

it.each(['GET', 'HEAD', 'POST'])('refuses a %s with the id that it was given, and a problem', async (method) => {
  const { port } = await serve(false, { callsMax: 0 });
  const sent = request({ port, method, path: '/api/loans', headers: { 'x-request-id': 'a:given-id' } });
  sent.end(method === 'POST' ? '{}' : undefined);
  const [answer] = await once(sent, 'response');
  const text = (await answer.toArray()).join('');
  expect(answer.statusCode).toBe(503);
  expect(answer.headers).toMatchObject({
    'x-request-id': 'a:given-id',
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': '1',
  });
  const length = Number(answer.headers['content-length']);
  if (method === 'HEAD') expect([text, length > 0]).toEqual(['', true]);
  else expect(text).toHaveLength(length);
  if (method !== 'HEAD')
    expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'unavailable', instance: 'urn:mo:request:a:given-id' });
});

describe('the connection of a refused call', () => {
  const head = 'POST /api/loans HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n';
  const refusals = ({ received }: RawConnection) => received.split('HTTP/1.1 503').length - 1;

  it('is kept if the rest of its body comes', async () => {
    const { port } = await serve(false, { callsMax: 0, lingerTimeoutMs: 60_000 });
    const connection = new RawConnection(port).send(`${head}{}${head}{`);
    await until(() => refusals(connection) === 2, 'both are refused, the second before all of it has arrived');
    connection.send(`}${head}{}`);
    await until(() => refusals(connection) === 3, 'the next is refused');
    expect(connection.closed).toBe(false);
  });

  it('is closed if the rest of its body does not come', async () => {
    const { port } = await serve(false, { callsMax: 0, lingerTimeoutMs: 100 });
    const connection = new RawConnection(port).send(`${head}{`);
    await until(() => connection.closed, 'the connection is closed');
    expect(refusals(connection)).toBe(1);
  });
});
