/**
 * Requests that two readers could take for different ones are refused, and their connection ends (RFC 9112, 3.2 and 6.1):
 * more than one Host or none, a transfer coding that isn't chunked alone, one in HTTP/1.0. What isn't HTTP at all, such as
 * a Content-Length beside a Transfer-Encoding, Node's parser has refused before.
 */
import type { IncomingMessage } from 'node:http';
import { ProblemError } from './problem-error.ts';

/** @throws ProblemError invalid_request */
export function refuseAmbiguous({ rawHeaders, headers, httpVersion }: IncomingMessage): void {
  const hosts = timesIn(rawHeaders, 'host');
  if (hosts > 1) throw ambiguous('there is more than one Host');
  if (hosts === 0 && httpVersion === '1.1') throw ambiguous('there is no Host');
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return;
  if (httpVersion !== '1.1') throw ambiguous(`HTTP/${httpVersion} has no Transfer-Encoding`);
  if (coding.toLowerCase() !== 'chunked') throw ambiguous('the Transfer-Encoding must be chunked');
}

/** Whether a request says that a body comes (RFC 9112, 6.3). */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Names and values come in turns. */
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
