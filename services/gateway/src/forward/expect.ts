import type { IncomingMessage, Server } from 'node:http';

/** Whether the caller waits for a "100 Continue" before it sends its body (RFC 9110, 10.1.1). */
export const isContinueExpected = ({ headers }: IncomingMessage): boolean =>
  headers.expect?.toLowerCase() === '100-continue';

/** Leaves the "100 Continue" to the code that reads the body; Node would send it before the request is examined. */
export function continueLater(server: Server): void {
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
}
