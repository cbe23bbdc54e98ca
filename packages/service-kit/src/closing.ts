/**
 * Closes connections when servers close. Node closes those that are idle at that moment, but would wait for two other
 * kinds: connections on which nothing was ever sent, as browsers open them in advance, and connections that become idle
 * after their last answer.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** @param servers all servers that answer for the app */
export function endConnectionsOnClose(app: FastifyInstance, servers: readonly Server[]): void {
  const open = new Set<Socket>();
  let isClosing = false;
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  };
  for (const server of servers) {
    server.on('connection', keep);
    // In addition to its TCP socket: `bytesRead` of the TLS socket counts requests without the handshake.
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
