import type { IncomingHttpHeaders } from 'node:http';

/** @param flat alternating names and values, starting at index `from` */
export function headersOf(flat: readonly string[], from: number): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (let place = from; place + 1 < flat.length; place += 2) headers[flat[place] as string] = flat[place + 1];
  return headers;
}
