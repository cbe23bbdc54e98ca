/** Records the outcome of each request in metrics and in the log. */
import { isIP } from 'node:net';
import { HEADERS } from '@mo/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { counter, httpDuration } from './metrics.ts';
import { loggedPath, OPERATOR_PATHS } from './paths.ts';
import { whenOver } from './request-end.ts';
import { type LoggedCaller, RequestLines } from './request-lines.ts';
import { acceptTraceparent, traceIdOf } from './trace.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's address ({@link addressOf}); null at a server whose requests have no {@link CallerOf}. */
    address: string | null;
  }
}

export interface Observers {
  readonly logger: Logger;
  readonly registry: Registry;
  /** Finds the caller for the log line. Left out by servers that only our own processes call. */
  readonly callerOf?: CallerOf;
}

/** The caller of a request; null if it is not known. */
export type CallerOf = (request: FastifyRequest) => LoggedCaller | null;

export type Watch = (request: FastifyRequest, reply: FastifyReply) => void;

/** Records the outcome of each request. @returns a function that does so for a request that no hook sees */
export function watchRequests(app: FastifyInstance, { logger, registry, callerOf }: Observers): Watch {
  const duration = httpDuration(registry);
  const problems = counter(
    registry,
    'http_problems_total',
    'Requests that were refused or failed, by route and problem',
    ['route', 'code'],
  );
  // Starts the series at 0: Prometheus sees no increase when a series starts at 1, and the first bug must be reported,
  // too.
  app.addHook('onRoute', ({ url }) => problems.inc({ route: url, code: 'internal_error' }, 0));
  const lines = new RequestLines(logger);
  const note = (status: number, isWhole: boolean, request: FastifyRequest, reply: FastifyReply): void => {
    const route = request.routeOptions.url ?? 'unknown';
    const { method } = request;
    const { problem, isExpected, elapsedTime: durationMs } = reply;
    duration.observe({ route, method, status }, durationMs / 1000);
    if (problem !== null) problems.inc({ route, code: problem });
    const level = status >= 500 && !isExpected ? 'warn' : 'info';
    if (!logger.isLevelEnabled(level) || OPERATOR_PATHS.has(route)) return;
    const traceId = traceIdOf(acceptTraceparent(request.headers[HEADERS.traceparent]));
    const path = loggedPath(request);
    const caller = callerOf?.(request) ?? null;
    const { id: requestId, address } = request;
    lines.write(level, { requestId, traceId, caller, address, method, path, status, problem, isWhole, durationMs });
  };
  app.decorateRequest('address', null);
  const watch: Watch = (request, reply) => {
    // Read now: later the connection may be closed, and its address lost.
    request.address = callerOf === undefined ? null : addressOf(request);
    whenOver(reply, (status, isWhole) => note(status, isWhole, request, reply));
  };
  app.addHook('onRequest', (request, reply, done) => {
    watch(request, reply);
    done();
  });
  return watch;
}

/** The address of a caller: as stated by a trusted proxy, if that is an IP address, else the peer of the connection. */
function addressOf({ ip, raw: { socket } }: FastifyRequest): string {
  return isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip;
}
