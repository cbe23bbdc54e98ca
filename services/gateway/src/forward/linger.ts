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

/**
 * Does the same at the end of the event-loop turn, for all requests of that turn. Node parses a body after the headers,
 * even if both have arrived together, so nearly all bodies are complete by then and need no timer.
 */
export function lingerAfterTurn(timeoutMs: number): (request: IncomingMessage) => void {
  let requests: IncomingMessage[] = [];
  const lingerAll = () => {
    for (const request of requests) linger(request, timeoutMs);
    requests = [];
  };
  return (request) => {
    if (requests.push(request) === 1) setImmediate(lingerAll);
  };
}
