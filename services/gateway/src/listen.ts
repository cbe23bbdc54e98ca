/**
 * Listens with several sockets on one port. Node takes one new connection from a listening socket in a turn of its event
 * loop (libuv, uv__server_io). Under overload a turn takes as long as hundreds of requests do, and new callers would wait
 * for minutes in the kernel's queue, where they get no answer and no metric tells of them. The kernel spreads them over
 * the sockets, and a turn takes one from each.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { LISTEN_BACKLOG } from '@mo/service-kit';
import type { FastifyInstance } from 'fastify';

/** New connections that are taken in one turn. */
const SOCKETS = 32;
/** Where the kernel spreads connections over the sockets of a port; elsewhere Node has but the one. */
const CAN_SHARE = process.platform === 'linux';

/**
 * Takes callers on a port; 0 for any that is free.
 *
 * @returns the origin that it listens at
 * @throws EADDRINUSE and its like, as `net.Server` does
 */
export async function listenForCallers(app: FastifyInstance, host: string, port: number): Promise<string> {
  if (!CAN_SHARE) return app.listen({ host, port, backlog: LISTEN_BACKLOG });
  await refuseTaken(host, port);
  const others = Array.from({ length: SOCKETS - 1 }, () => besides(app));
  // The server counts the connections of its own socket alone: what is under way on the others is waited for here.
  let ended: Promise<unknown> = Promise.resolve();
  app.addHook('preClose', (done) => {
    ended = Promise.all(others.map((other) => new Promise((resolve) => other.close(resolve))));
    app.server.closeIdleConnections();
    done();
  });
  app.addHook('onClose', async () => void (await ended));
  // Fastify hands on what it doesn't know.
  const options = { host, port, backlog: LISTEN_BACKLOG, reusePort: true };
  const origin = await app.listen(options);
  const { address, port: found } = app.server.address() as AddressInfo;
  for (const other of others) await listening(other, address, found, true);
  return origin;
}

/** A port that others share would be shared with another gateway, too, without a word. */
async function refuseTaken(host: string, port: number): Promise<void> {
  const trial = createServer();
  await listening(trial, host, port, false);
  trial.close();
  await once(trial, 'close');
}

/** Whose connections are given to the server, which treats them as its own. */
function besides(app: FastifyInstance): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void app.server.emit('connection', socket));
}

async function listening(server: Server, host: string, port: number, reusePort: boolean): Promise<void> {
  server.listen({ host, port, reusePort, backlog: LISTEN_BACKLOG });
  await once(server, 'listening');
}
