/**
 * A span for each request whose trace is recorded. The request's own header is made to name that span, so that whatever
 * the request brings about, and its line in the log, belong to it.
 */
import { HEADERS } from '@mo/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { acceptTraceparent } from '../trace.ts';
import type { Span, SpanAttributes, Tracer } from './tracer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's span, where its trace is recorded. */
    span: Span | null;
  }
}

/** For what our own processes call: a trace goes on, and none begins. */
export function traceCalls(app: FastifyInstance, tracer: Tracer): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const traceparent = acceptTraceparent(request.headers[HEADERS.traceparent]);
    request.span = traceparent === null ? null : tracer.begin('server', nameOf(request), traceparent, about(request));
    if (request.span !== null) request.headers[HEADERS.traceparent] = request.span.traceparent;
    done();
  });
  app.addHook('onResponse', end);
}

/** For what comes from outside: a trace goes on or begins, as the sampler says. */
export function traceCallers(app: FastifyInstance, tracer: Tracer): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const traceparent = acceptTraceparent(request.headers[HEADERS.traceparent]);
    const entered = tracer.enter(nameOf(request), traceparent, about(request));
    request.span = entered.span;
    request.headers[HEADERS.traceparent] = entered.traceparent;
    done();
  });
  app.addHook('onResponse', end);
}

/** By its route: a path would be another name for each customer. */
function nameOf({ method, routeOptions }: FastifyRequest): string {
  return routeOptions.url === undefined ? method : `${method} ${routeOptions.url}`;
}

function about({ method, routeOptions }: FastifyRequest): SpanAttributes {
  const attributes = { 'http.request.method': method, 'url.scheme': 'http' };
  return routeOptions.url === undefined ? attributes : { ...attributes, 'http.route': routeOptions.url };
}

function end({ span }: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (span !== null) {
    span.set({ 'http.response.status_code': reply.statusCode });
    span.end(reply.statusCode >= 500 ? (reply.problem ?? String(reply.statusCode)) : undefined);
  }
  done();
}
