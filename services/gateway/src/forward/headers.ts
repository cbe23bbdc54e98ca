/**
 * Which headers the gateway forwards. From a request: all except connection-specific headers (RFC 9110, 7.6.1),
 * credentials, and headers that only the gateway may set. From an answer: only headers that services set.
 */
import { HEADERS } from '@mo/contracts';
import { acceptTraceparent, newTraceparent, RETRY_AFTER_SECONDS, UNCACHED } from '@mo/service-kit';
import type { FastifyRequest } from 'fastify';

const NOT_PASSED_ON = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
  'authorization',
  'x-api-key',
  'cookie',
  HEADERS.requestId,
  HEADERS.traceparent,
  HEADERS.caller,
]);

const PASSED_BACK = new Set([
  'allow',
  'content-length',
  'content-type',
  'link',
  'retry-after',
  HEADERS.consistencyToken,
  HEADERS.idempotencyReplayed,
]);

/**
 * The headers sent to a service, as a flat list of names and values.
 *
 * @param isStream the body is streamed, so its length is the one that the caller gave; otherwise the length is measured
 */
export function requestHeaders(request: FastifyRequest, caller: string, isStream: boolean): string[] {
  const { headers } = request;
  const named = namedByConnection(headers.connection);
  const passed: string[] = [];
  for (const name in headers) {
    if (NOT_PASSED_ON.has(name) || named?.has(name)) continue;
    const value = headers[name];
    if (value !== undefined) passed.push(name, value as string);
  }
  const length = headers['content-length'];
  if (isStream && length !== undefined) passed.push('content-length', length);
  const traceparent = acceptTraceparent(headers[HEADERS.traceparent]) ?? newTraceparent();
  // This makes the log line of the request carry the same trace.
  headers[HEADERS.traceparent] = traceparent;
  passed.push(HEADERS.requestId, request.id, HEADERS.traceparent, traceparent, HEADERS.caller, caller);
  return passed;
}

/** The same headers with another trace context. */
export const withTraceparent = (headers: readonly string[], traceparent: string): string[] =>
  headers.with(placeOf(headers, HEADERS.traceparent) + 1, traceparent);

/** Whether a flat list of names and values contains this name. */
export const has = (headers: readonly string[], name: string): boolean => placeOf(headers, name) >= 0;

const placeOf = (headers: readonly string[], name: string): number =>
  headers.findIndex((item, place) => place % 2 === 0 && item === name);

function namedByConnection(connection: string | undefined): Set<string> | null {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return null;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}

/** The headers sent to the caller, as a flat list of names and values. */
export function answerHeaders(
  status: number,
  headers: Record<string, string | string[] | undefined>,
  { id, rateHeaders }: Pick<FastifyRequest, 'id' | 'rateHeaders'>,
): string[] {
  const passed: string[] = [HEADERS.requestId, id, ...UNCACHED];
  if (rateHeaders !== null) passed.push(...rateHeaders);
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && PASSED_BACK.has(name)) passed.push(name, value as string);
  }
  if (status === 503 && headers['retry-after'] === undefined) passed.push('retry-after', String(RETRY_AFTER_SECONDS));
  return passed;
}
