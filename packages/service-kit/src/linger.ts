import type { IncomingMessage } from 'node:http';

/**
 * Reads and discards what a caller still sends after its answer. If the connection were closed at once, the kernel
 * would reset it, and the answer could be lost before the caller reads it. The time limit keeps an endless body from
 * occupying the connection.
 */
export function linger(request: IncomingMessage, timeoutMs: number): void {
  if (request.complete || request.destroyed) return;
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  const end = () => {
    clearTimeout(timer);
    socket.off('close', end);
  };
  request.once('close', end).once('end', end);
  // Node reports the end of the connection to no request whose answer is complete.
  socket.once('close', end);
  request.resume();
}
