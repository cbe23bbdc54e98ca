import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Lets a stand-in of a test listen, by default on any free port. It keeps idle connections: otherwise a call after a
 * pause, of the test or of the machine, could meet one that is just being closed.
 *
 * @returns its port
 */
export async function listen(server: Server, port = 0, host = '127.0.0.1'): Promise<number> {
  server.keepAliveTimeout = 0;
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
