/**
 * A span for each request whose trace is recorded. The request's own header is made to name that span, so that whatever
 * the request brings about, and its line in the log, belong to it.
 */
import { HEADERS } from '@mo/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { whenOver } from '../request-end.ts';
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
  app.addHook('onRequest', (request, reply, done) => {
    const traceparent = acceptTraceparent(request.headers[HEADERS.traceparent]);
    if (traceparent !== null) {
      request.span = tracer.begin('server', nameOf(request), traceparent, about(request));
      if (request.span !== null) request.headers[HEADERS.traceparent] = request.span.traceparent;
      endWith(request, reply);
    }
    done();
  });
}

/** For what comes from outside: a trace goes on or begins, as the sampler says. */
export function traceCallers(app: FastifyInstance, tracer: Tracer): void {
  app.addHook('onRequest', (request, reply, done) => {
    const traceparent = acceptTraceparent(request.headers[HEADERS.traceparent]);
    const entered = tracer.enter(nameOf(request), traceparent, about(request));
    request.span = entered.span;
    request.headers[HEADERS.traceparent] = entered.traceparent;
    endWith(request, reply);
    done();
  });
}

/** By its route: a path would be another name for each customer. */
function nameOf({ method, routeOptions }: FastifyRequest): string {
  return routeOptions.url === undefined ? method : `${method} ${routeOptions.url}`;
}

function about({ method, routeOptions }: FastifyRequest): SpanAttributes {
  const attributes = { 'http.request.method': method, 'url.scheme': 'http' };
  return routeOptions.url === undefined ? attributes : { ...attributes, 'http.route': routeOptions.url };
}

/** The request's span, where there is one, is over with the request. */
function endWith({ span }: FastifyRequest, reply: FastifyReply): void {
  if (span === null) return;
  whenOver(reply, (status) => {
    span.set({ 'http.response.status_code': status });
    span.end(status >= 500 ? (reply.problem ?? String(status)) : undefined);
  });
}
