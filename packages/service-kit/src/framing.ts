/**
 * Refuses requests that two parsers could interpret differently, and closes their connection (RFC 9112, 3.2 and 6.1):
 * no Host or more than one, a transfer coding other than chunked alone, or any in HTTP/1.0. Invalid HTTP, such as a
 * Content-Length next to a Transfer-Encoding, is refused earlier by Node's parser.
 */
import type { IncomingMessage } from 'node:http';
import { ProblemError } from './problem-error.ts';

/** @throws ProblemError invalid_request */
export function refuseAmbiguous({ rawHeaders, headers, httpVersion }: IncomingMessage): void {
  const hosts = timesIn(rawHeaders, 'host');
  if (hosts > 1) throw ambiguous('the request has more than one Host header');
  if (hosts === 0 && httpVersion === '1.1') throw ambiguous('the request has no Host header');
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return;
  if (httpVersion !== '1.1') throw ambiguous(`HTTP/${httpVersion} has no Transfer-Encoding`);
  if (coding.toLowerCase() !== 'chunked') throw ambiguous('the Transfer-Encoding must be chunked');
}

/** Whether a request announces a body (RFC 9112, 6.3). */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** In `rawHeaders` names and values alternate. */
function timesIn(rawHeaders: readonly string[], name: string): number {
  let times = 0;
  for (let place = 0; place < rawHeaders.length; place += 2) {
    const found = rawHeaders[place] as string;
    if (found.length === name.length && found.toLowerCase() === name) times += 1;
  }
  return times;
}

const ambiguous = (detail: string): ProblemError =>
  new ProblemError('invalid_request', detail, { headers: { connection: 'close' } });
