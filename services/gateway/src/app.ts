/** Assembles the gateway. */
import { HEADERS } from '@mo/contracts';
import { databaseProblem } from '@mo/database';
import {
  createRegistry,
  createServer,
  DRAIN_MARGIN_MS,
  type Logger,
  linger,
  Notice,
  openIdentity,
  openTracing,
  type StopStep,
  UNCACHED,
} from '@mo/service-kit';
import type { FastifyInstance } from 'fastify';
import { openAccess } from './access/open-access.ts';
import { adminRoutes } from './admin/routes.ts';
import type { GatewayConfig } from './config.ts';
import { referenceRoutes } from './docs/reference.ts';
import { boundCallers } from './forward/callers.ts';
import { continueLater } from './forward/expect.ts';
import { defaultLimits } from './forward/limits.ts';
import { LoopLag } from './forward/loop-lag.ts';
import { apiRoutes } from './forward/routes.ts';
import { shedFirst } from './forward/shed.ts';
import { openUpstreams } from './forward/upstream.ts';

/** Below the limit of the services, because the gateway adds some headers. */
const headerBytesMax = 12 * 1024;
const STOPPING = 'the gateway is stopping';

export interface Gateway {
  readonly app: FastifyInstance;
  readonly stopSteps: StopStep[];
}

/** Builds the gateway and starts to watch the services; it does not listen yet. */
export async function createGateway(config: GatewayConfig, logger: Logger, limits = defaultLimits): Promise<Gateway> {
  const registry = createRegistry('gateway', config.version);
  const identity = openIdentity('gateway', config.identityDir, config.replicas, logger, registry);
  const tracing = await openTracing('gateway', config.version, config.tracing, logger);
  const access = await openAccess(config, limits, logger, registry);
  const upstreams = openUpstreams(config.replicas, identity, limits, logger, registry);
  const replicaSets = [...upstreams.values()].map(({ replicas }) => replicas);
  // All else works while webhooks is down.
  const needed = replicaSets.filter(({ service }) => service !== 'webhooks');
  const unready = () => needed.filter(({ ready }) => ready === 0).map(({ service }) => service);
  // Without the stored keys, other gateways should be preferred, which know them.
  const unusable = () => (notice.isGiven ? STOPPING : access.missing());

  const app = createServer({
    logger,
    registry,
    headerBytesMax,
    trustedProxies: config.trustedProxies,
    callerOf: ({ caller }) => caller,
    requestTimeoutMs: 0,
    timeoutCheckMs: limits.headersCheckMs,
    explain: databaseProblem,
    notReady: () => {
      const missing = unready();
      return unusable() ?? (missing.length === 0 ? null : `no replica is ready: ${missing.join(', ')}`);
    },
    notOfUse: () => unusable() ?? (unready().length < needed.length ? null : 'no replica of any service is ready'),
    readyDetails: () => ({
      services: Object.fromEntries(
        replicaSets.map(({ service, ready, replicas }) => [service, { ready, replicas: replicas.length }]),
      ),
    }),
  });
  app.server.headersTimeout = limits.headersTimeoutMs;
  app.server.timeout = limits.socketIdleTimeoutMs;
  boundCallers(app.server, limits, config.trustedProxies, registry, logger);
  continueLater(app.server);

  // Answers of services bypass this hook; both headers are added in forward/headers.ts.
  app.addHook('onSend', (request, reply, payload, done) => {
    reply.header(HEADERS.requestId, request.id);
    if (!reply.hasHeader('cache-control')) reply.header(...UNCACHED);
    done(null, payload);
  });
  app.addHook('onResponse', (request, _reply, done) => {
    linger(request.raw, limits.lingerTimeoutMs);
    done();
  });
  await app.register(async (api) => apiRoutes(api, access, upstreams, tracing.tracer));
  await app.register(async (admin) => adminRoutes(admin, access, limits));
  referenceRoutes(app);
  const lag = new LoopLag(limits);
  shedFirst(app.server, { upstreams, lag, limits, logger, registry });
  const notice = new Notice(app.server);
  await Promise.all(replicaSets.map((replicas) => replicas.start()));

  const stopSteps = [
    { name: 'readiness', stop: () => notice.give() },
    { name: 'requests', stop: () => app.close(), timeoutMs: limits.callTimeoutMs + DRAIN_MARGIN_MS },
    { name: 'services', stop: () => Promise.all(replicaSets.map((replicas) => replicas.close())) },
    ...access.stopSteps,
    { name: 'traces', stop: () => tracing.stop() },
    { name: 'loop lag', stop: () => lag.stop() },
    { name: 'identity', stop: () => identity?.stop() },
  ];
  return { app, stopSteps };
}
