/**
 * Ends connections when servers close. Node ends those that are idle at that moment, which leaves two kinds that it
 * would wait for: those on which nothing was ever sent, as browsers open them in advance, and those that become idle
 * once their last answer is out.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** @param servers all that answer for the app */
export function endConnectionsOnClose(app: FastifyInstance, servers: readonly Server[]): void {
  const open = new Set<Socket>();
  let isClosing = false;
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  };
  for (const server of servers) {
    server.on('connection', keep);
    // Beside the one that carries it: what it has read is what was asked, and not its handshake.
    server.on('secureConnection', keep);
  }
  const endIdle = () => {
    for (const server of servers) server.closeIdleConnections();
  };
  app.addHook('preClose', (done) => {
    isClosing = true;
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    done();
  });
  app.addHook('onResponse', (_request, _reply, done) => {
    if (isClosing) setImmediate(endIdle);
    done();
  });
}
