import type { IncomingMessage, Server } from 'node:http';

/** Whether the caller waits to be told to send its body (RFC 9110, 10.1.1). */
export const isContinueExpected = ({ headers }: IncomingMessage): boolean =>
  headers.expect?.toLowerCase() === '100-continue';

/** Leaves it to who reads the body to tell the caller; Node by itself would tell it before the request is looked at. */
export function continueLater(server: Server): void {
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
}
