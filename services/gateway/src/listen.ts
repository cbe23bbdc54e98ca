/**
 * Listens with several sockets on one port. Node accepts one new connection per listening socket and event-loop turn
 * (libuv, uv__server_io). Under overload one turn takes as long as hundreds of requests, so new callers would wait for
 * minutes in the kernel's queue, without an answer and invisible to metrics. The kernel distributes connections over
 * the sockets, and each turn accepts one from each.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { LISTEN_BACKLOG } from '@mo/service-kit';
import type { FastifyInstance } from 'fastify';

/** The number of sockets, and so of new connections accepted per turn. */
const SOCKETS = 32;
/** Linux distributes connections over the sockets of a port; on other systems Node has only one. */
const CAN_SHARE = process.platform === 'linux';

/**
 * Starts to accept callers on a port; 0 selects any free port.
 *
 * @returns the origin that it listens on
 * @throws EADDRINUSE and similar, as `net.Server` does
 */
export async function listenForCallers(app: FastifyInstance, host: string, port: number): Promise<string> {
  if (!CAN_SHARE) return app.listen({ host, port, backlog: LISTEN_BACKLOG });
  await refuseTaken(host, port);
  const others = Array.from({ length: SOCKETS - 1 }, () => besides(app));
  // The server only waits for connections of its own socket: those of the other sockets are awaited here.
  let ended: Promise<unknown> = Promise.resolve();
  app.addHook('preClose', (done) => {
    ended = Promise.all(others.map((other) => new Promise((resolve) => other.close(resolve))));
    app.server.closeIdleConnections();
    done();
  });
  app.addHook('onClose', async () => void (await ended));
  // Fastify passes unknown options on.
  const options = { host, port, backlog: LISTEN_BACKLOG, reusePort: true };
  const origin = await app.listen(options);
  const { address, port: found } = app.server.address() as AddressInfo;
  for (const other of others) await listening(other, address, found, true);
  return origin;
}

/** Fails if the port is taken: with `reusePort` it would silently be shared with another gateway. */
async function refuseTaken(host: string, port: number): Promise<void> {
  const trial = createServer();
  await listening(trial, host, port, false);
  trial.close();
  await once(trial, 'close');
}

/** An additional socket whose connections are passed to the server, which treats them as its own. */
function besides(app: FastifyInstance): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void app.server.emit('connection', socket));
}

async function listening(server: Server, host: string, port: number, reusePort: boolean): Promise<void> {
  server.listen({ host, port, reusePort, backlog: LISTEN_BACKLOG });
  await once(server, 'listening');
}
