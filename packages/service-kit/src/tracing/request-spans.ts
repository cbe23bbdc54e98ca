/**
 * Creates a span for each request whose trace is sampled. The request's trace header is rewritten to name that span, so
 * that all work that the request causes, and its log line, belong to the span.
 */
import { HEADERS } from '@mo/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { whenOver } from '../request-end.ts';
import { acceptTraceparent } from '../trace.ts';
import type { Span, SpanAttributes, Tracer } from './tracer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's span, if its trace is sampled. */
    span: Span | null;
  }
}

/** For calls of our own processes: continues traces, and starts none. */
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

/** For calls from outside: continues or starts a trace, as the sampler decides. */
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

/** The name contains the route: with the path there would be another name per customer. */
function nameOf({ method, routeOptions }: FastifyRequest): string {
  return routeOptions.url === undefined ? method : `${method} ${routeOptions.url}`;
}

function about({ method, routeOptions }: FastifyRequest): SpanAttributes {
  const attributes = { 'http.request.method': method, 'url.scheme': 'http' };
  return routeOptions.url === undefined ? attributes : { ...attributes, 'http.route': routeOptions.url };
}

/** Ends the request's span, if any, with the request. */
function endWith({ span }: FastifyRequest, reply: FastifyReply): void {
  if (span === null) return;
  whenOver(reply, (status) => {
    span.set({ 'http.response.status_code': status });
    span.end(status >= 500 ? (reply.problem ?? String(status)) : undefined);
  });
}
