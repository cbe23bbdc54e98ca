import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { liftRequestTimeout, onClientError } from '../src/client-error.ts';

const REQUEST_TIMEOUT_MS = 100;
const DEADLINE_MS = 20_000;

/** A server with a short request timeout, which lifts it for some paths and answers with what it got. */
async function startServer() {
  const times = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: 20,
  };
  let timeouts = 0;
  const server = createServer(times, (incoming, response) => {
    if (incoming.url === '/lifted') liftRequestTimeout(incoming);
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    incoming.on('end', () => response.end(String(bytes)));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    timeouts += 1;
    onClientError(error, socket as Parameters<typeof onClientError>[1]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port, timeouts: () => timeouts };
}

describe('a request that is slow to arrive', () => {
  let started: Awaited<ReturnType<typeof startServer>>;
  beforeEach(async () => {
    started = await startServer();
  });
  afterEach(() => {
    started.server.closeAllConnections();
    started.server.close();
  });

  /** Begins a request, ends it once the server has found it too slow, and answers with the status. */
  async function sendSlowly(path: string): Promise<number> {
    const outgoing = request({ port: started.port, method: 'POST', path });
    outgoing.on('error', () => {});
    const answered = once(outgoing, 'response');
    outgoing.write('a');
    for (let waitedMs = 0; started.timeouts() === 0 && waitedMs < DEADLINE_MS; waitedMs += 10) await delay(10);
    outgoing.end('b');
    const [response] = (await answered) as [IncomingMessage];
    response.resume();
    return response.statusCode ?? 0;
  }

  it('is answered with 408', async () => {
    expect(await sendSlowly('/plain')).toBe(408);
  });

  it('may take its time where its timeout is lifted', async () => {
    expect(await sendSlowly('/lifted')).toBe(200);
    expect(started.timeouts()).toBe(1);
  });
});
