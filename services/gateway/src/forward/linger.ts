import type { IncomingMessage } from 'node:http';
import { linger } from '@mo/service-kit';

/**
 * Lingers from the end of the event-loop turn on, for all requests of that turn. Node parses a body after the headers,
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
