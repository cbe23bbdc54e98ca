/**
 * The routes of the API, from the contract's table. Each operation is forwarded to its service, any other method on a
 * known path is answered with a 405 that lists the allowed methods, and no other path exists.
 */
import { METHODS } from 'node:http';
import { type Operation, operations, type ServiceName } from '@mo/contracts';
import { ProblemError, pathOf, routeUrl, type Tracer, traceCallers } from '@mo/service-kit';
import type { FastifyInstance } from 'fastify';
import { admitCallers } from '../access/admit.ts';
import type { Caller } from '../access/caller.ts';
import type { Access } from '../access/open-access.ts';
import { whenNoLongerAdmitted } from '../access/readmit.ts';
import { refuseOtherMethods } from '../other-methods.ts';
import { Exchange } from './exchange.ts';
import type { Upstream, Upstreams } from './upstream.ts';

/** Dot segments and encoded slashes: a path that another parser could resolve differently is refused. */
const AMBIGUOUS = /\/(\.|%2e){1,2}(\/|$)|%2f|%5c|\\/i;

/** Registers the routes of all services; each needs a key or a token. */
export function apiRoutes(
  app: FastifyInstance,
  access: Access,
  upstreams: Upstreams,
  tracer: Tracer | null = null,
): void {
  takeBodiesAsTheyAre(app);
  admitCallers(app, access);
  app.addHook('onRequest', (request, _reply, done) => {
    const path = pathOf(request);
    if (AMBIGUOUS.test(path)) throw new ProblemError('not_found', `there is no ${path}`);
    done();
  });
  // Comes after admission: a caller without valid credentials starts no trace.
  if (tracer !== null) traceCallers(app, tracer);
  for (const operation of forwarded) forward(app, access, operation, upstreams.get(operation.service));
  refuseOtherMethods(app, forwarded);
}

function forward(app: FastifyInstance, access: Access, operation: Forwarded, upstream: Upstream | undefined): void {
  const traffic = operation.stream === undefined ? 'calls' : 'uploads';
  app.route({
    method: operation.method,
    url: routeUrl(operation.path),
    config: { operation },
    handler: (request, reply) => {
      if (upstream === undefined)
        throw new ProblemError('not_found', `there is no ${operation.service} service at this gateway`);
      const exchange = new Exchange(upstream, traffic, (request.caller as Caller).id, request, reply);
      exchange.start();
      if (traffic === 'calls') return;
      const { uploadCallerCheckMs } = upstream.limits;
      whenNoLongerAdmitted(access, request, reply, uploadCallerCheckMs, (problem) => exchange.refuse(problem));
    },
  });
}

type Forwarded = Operation & { readonly service: ServiceName };

/** Operations of a service; those of the gateway itself have their routes in `admin/`. */
const isForwarded = (operation: Operation): operation is Forwarded => operation.service !== 'gateway';

const forwarded = Object.values<Operation>(operations).filter(isForwarded);

/** Makes Fastify pass on every body unread, and route every method that Node can parse. */
function takeBodiesAsTheyAre(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  const known = new Set(app.supportedMethods);
  for (const method of METHODS) if (!known.has(method) && method !== 'CONNECT') app.addHttpMethod(method);
}
