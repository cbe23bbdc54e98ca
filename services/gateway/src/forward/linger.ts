import type { IncomingMessage } from 'node:http';

/**
 * Reads and drops what a caller still sends after its answer. Ending the connection at once would make the kernel
 * reset it, and the answer could be lost before the caller reads it; reading without end would serve an endless body.
 */
export function linger(request: IncomingMessage, timeoutMs: number): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.socket.destroy(), timeoutMs);
  request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
  request.resume();
}
