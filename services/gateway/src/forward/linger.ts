import type { IncomingMessage } from 'node:http';

/**
 * Reads and discards what a caller still sends after its answer. If the connection were closed at once, the kernel
 * would reset it, and the answer could be lost before the caller reads it. The time limit keeps an endless body from
 * occupying the connection.
 */
export function linger(request: IncomingMessage, timeoutMs: number): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.socket.destroy(), timeoutMs);
  request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
  request.resume();
}
