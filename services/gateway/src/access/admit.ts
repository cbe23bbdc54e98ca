/** Admission of API requests: authentication, rate limit and scope. */
import { HEADERS } from '@mo/contracts';
import { ProblemError } from '@mo/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rateHeaders, retryAfter, type Taken } from '../rates/meter.ts';
import { type Caller, requireScope } from './caller.ts';
import type { Access } from './open-access.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until the request is admitted. */
    caller: Caller | null;
    /**
     * The rate-limit headers of the answer, as a flat list of names and values; null for a caller without a rate limit.
     */
    rateHeaders: readonly string[] | null;
  }
}

/** Refuses requests to the routes of `app` without a valid key or token, above the rate limit, or without the scope. */
export function admitCallers(app: FastifyInstance, access: Access): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('rateHeaders', null);
  app.addHook('onRequest', (request, reply, done) => {
    const identified = access.identify(request.headers);
    const admitted =
      identified instanceof Promise
        ? identified.then((caller) => admit(access, caller, request, reply))
        : admit(access, identified, request, reply);
    if (admitted === undefined) done();
    else void goOnAfter(admitted, done);
  });
}

async function goOnAfter(work: Promise<void>, done: (failure?: Error) => void): Promise<void> {
  let failure: Error | undefined;
  try {
    await work;
  } catch (error) {
    failure = error as Error;
  }
  done(failure);
}

/** @throws ProblemError rate_limited, forbidden */
function admit(
  access: Access,
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> | undefined {
  request.caller = caller;
  access.audit(caller, request, reply);
  request.headers[HEADERS.caller] = caller.id;
  const taken = caller.meter?.take(performance.now());
  if (taken instanceof Promise) return taken.then((drawn) => check(caller, drawn, request, reply));
  check(caller, taken, request, reply);
  return undefined;
}

function check(caller: Caller, taken: Taken | undefined, request: FastifyRequest, reply: FastifyReply): void {
  if (caller.meter !== null && taken !== undefined) {
    const headers = rateHeaders(caller.meter, taken);
    request.rateHeaders = headers;
    for (let place = 0; place < headers.length; place += 2) reply.header(headers[place] as string, headers[place + 1]);
    if (taken.waitMs > 0) throw rateLimited(caller.meter.rate, taken.waitMs);
  }
  const { operation } = request.routeOptions.config;
  if (operation !== undefined) requireScope(caller, operation.scope);
}

const rateLimited = (rate: number, waitMs: number): ProblemError =>
  new ProblemError('rate_limited', `this key may make ${rate} requests per second`, {
    headers: { 'retry-after': retryAfter(waitMs) },
  });
