/**
 * The HTTP server of every process: limits and timeouts, exact JSON, a problem for every failure, request ids and trace
 * contexts, one log line per request, and the endpoints for operators.
 */
import { isUtf8 } from 'node:buffer';
import type { ServerOptions as HttpSettings, IncomingMessage, RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import { HEADERS, parseJson } from '@mo/contracts';
import { isMuxUpgrade, serveMux } from '@mo/mux';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { answerProblem } from './answer.ts';
import { onClientError, takeOddRequests } from './client-error.ts';
import { endConnectionsOnClose } from './closing.ts';
import { hasBody, refuseAmbiguous } from './framing.ts';
import type { Admission } from './identity/admission.ts';
import { otherMediaType, refuseOtherCharset } from './media-type.ts';
import { watchMux } from './metrics.ts';
import { type CallerOf, watchRequests } from './observe.ts';
import { OPERATOR_PATHS, pathOf } from './paths.ts';
import { ProblemError, RETRY_AFTER_SECONDS, UnreadableBodyError, unavailable, unreadable } from './problem-error.ts';
import { RequestLog } from './request-log.ts';
import { sendAnswer } from './send.ts';
import { requestIdFrom } from './trace.ts';
import { traceCalls } from './tracing/request-spans.ts';
import type { Tracer } from './tracing/tracer.ts';
import { UNCACHED } from './uncached.ts';

/**
 * How many connections the kernel queues until they are accepted; it caps this at net.core.somaxconn. Connections above
 * that would be dropped silently, and retried seconds later or reset.
 */
export const LISTEN_BACKLOG = 4_096;
export const JSON_BODY_BYTES_MAX = 1024 * 1024;
/** How long a whole request may take to arrive. Streams lift this limit for themselves. */
const REQUEST_TIMEOUT_MS = 30_000;
const TIMEOUT_CHECK_MS = 5_000;
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
const HEADER_BYTES_MAX = 16 * 1024;

export interface ServerOptions {
  logger: Logger;
  registry: Registry;
  /** Returns the reason why the process is not ready, or null if it is. */
  notReady: () => string | null | Promise<string | null>;
  /**
   * The same for `/readyz/any`: why the process cannot serve anything at all. Left out if a process serves everything
   * or nothing.
   */
  notOfUse?: () => string | null;
  /** Further members of the readiness answers, whether ready or not. */
  readyDetails?: () => Record<string, unknown>;
  /** Converts an error of a dependency into a problem; null for any other error. */
  explain?: (error: unknown) => ProblemError | null;
  headerBytesMax?: number;
  /** 0 disables it; the routes then enforce their own limits. */
  requestTimeoutMs?: number;
  /** The interval at which request timeouts are checked. */
  timeoutCheckMs?: number;
  /** Whether it also accepts calls by mux; only for servers that only our own processes call. */
  takesMux?: boolean;
  /** Which callers are admitted, if not everybody who can reach the port. */
  admission?: Admission | null;
  /** The proxies whose X-Forwarded-For header is trusted: addresses, or ranges of them. */
  trustedProxies?: readonly string[];
  /** Finds the caller of a request for its log line, which then contains the address, too. */
  callerOf?: CallerOf;
  /** Records calls whose trace is sampled. A server for external callers does this itself. */
  tracer?: Tracer | null;
}

export function createServer(options: ServerOptions): FastifyInstance {
  const settings = httpSettings(options);
  const { trustedProxies = [] } = options;
  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: JSON_BODY_BYTES_MAX,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    requestTimeout: settings.requestTimeout,
    keepAliveTimeout: settings.keepAliveTimeout,
    forceCloseConnections: 'idle',
    http: settings,
    clientErrorHandler: clientErrors(options),
    frameworkErrors: (error, request, reply) => {
      watch(request, reply);
      // No hooks run on this path, and nobody reads the body.
      if (hasBody(request.raw)) reply.header('connection', 'close');
      sendProblem(problemFrom(error, request), request, reply);
    },
    childLoggerFactory: (logger, bindings) => new RequestLog(logger as Logger, bindings),
    genReqId: (request) => requestIdFrom(request.headers[HEADERS.requestId]),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    return503OnClosing: false,
  }) as unknown as FastifyInstance;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, ({ headers }, bytes, done) => {
    const { 'content-encoding': encoding = 'identity' } = headers;
    if (encoding.toLowerCase() !== 'identity') {
      return done(new ProblemError('unsupported_media_type', `the content encoding ${encoding} is not supported`));
    }
    if (bytes.length === 0) return done(null, undefined);
    refuseOtherCharset(headers['content-type'] ?? '');
    if (!isUtf8(bytes as Buffer)) {
      return done(new UnreadableBodyError('the body is not UTF-8', 'is not UTF-8'));
    }
    try {
      done(null, parseJson(bytes.toString()));
    } catch (error) {
      done(unreadable(error));
    }
  });
  // A client may state a media type although it sends nothing, such as the default of its form library.
  app.addContentTypeParser('*', (request, _body, done) =>
    hasBody(request.raw) ? done(otherMediaType(request)) : done(null),
  );
  app.setErrorHandler((error: FastifyError, request, reply) =>
    sendProblem(explained(error, options) ?? problemFrom(error, request), request, reply),
  );
  app.decorateRequest('span', null);
  app.decorateReply('problem', null);
  app.decorateReply('isExpected', false);
  const watch = watchRequests(app, options);
  app.addHook('onRequest', (request, _reply, done) => {
    refuseAmbiguous(request.raw);
    done();
  });
  takeConnections(app, [app.server, ...serverForTls(app, settings, options)], options);
  if (options.tracer != null) traceCalls(app, options.tracer);
  app.addHook('onRequest', (request, _reply, done) => {
    // Before the body is read: unknown paths need no credentials, and no route limits the time for the body.
    if (request.is404) throw new ProblemError('not_found', `there is no ${request.method} ${pathOf(request)}`);
    done();
  });
  operatorRoutes(app, options);
  return app;
}

const httpSettings = (options: ServerOptions) => ({
  requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  maxHeaderSize: headerBytesMax(options),
  requireHostHeader: false,
  connectionsCheckingInterval: options.timeoutCheckMs ?? TIMEOUT_CHECK_MS,
  shouldUpgradeCallback: (request: IncomingMessage) => mayCarryCalls(request, options),
});

const headerBytesMax = (options: ServerOptions): number => options.headerBytesMax ?? HEADER_BYTES_MAX;

const clientErrors =
  (options: ServerOptions) =>
  (error: NodeJS.ErrnoException, socket: Socket): void =>
    onClientError(error, socket, headerBytesMax(options));

/** Whether a request upgrades its connection to mux. If not, it is answered as an ordinary request. */
const mayCarryCalls = (request: IncomingMessage, { takesMux = false, admission = null }: ServerOptions): boolean =>
  takesMux && isMuxUpgrade(request) && (admission === null || admission.takesCallsOver(request.socket));

/** Requests over TLS are answered in the same way as those without. */
function serverForTls(app: FastifyInstance, settings: HttpSettings, options: ServerOptions): Server[] {
  const { admission = null } = options;
  if (admission === null) return [];
  const answer: RequestListener = (request, response) => void app.server.emit('request', request, response);
  const server = admission.guard(app, settings, answer, OPERATOR_PATHS);
  server.on('clientError', clientErrors(options));
  return [server];
}

function takeConnections(app: FastifyInstance, servers: Server[], { logger, registry, takesMux }: ServerOptions): void {
  for (const server of servers) takeOddRequests(server);
  endConnectionsOnClose(app, servers);
  if (takesMux !== true) return;
  const onError = (error: Error) => logger.warn({ err: error }, 'a multiplexed connection failed');
  const muxes = servers.map((server) => serveMux(server, onError));
  watchMux(registry, muxes);
  app.addHook('preClose', (done) => {
    for (const mux of muxes) mux.close();
    done();
  });
}

function sendProblem(problem: ProblemError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (problem.code === 'internal_error') request.log.error({ err: problem.cause }, 'an unexpected error');
  else if (problem.status >= 500 && !reply.isExpected && request.raw.socket?.destroyed !== true)
    request.log.warn(problem.cause === undefined ? {} : { err: problem.cause }, problem.message);
  // Caches may store a 404 by default (RFC 9110, 15.5.5).
  reply.header(HEADERS.requestId, request.id).header(...UNCACHED);
  return sendAnswer(reply, answerProblem(problem, request.id));
}

/** An error that already is a problem is more specific than its cause. */
const explained = (error: unknown, { explain }: ServerOptions): ProblemError | null | undefined =>
  error instanceof ProblemError ? null : explain?.(error);

/**
 * The problem that a caller receives for an error: its own, or one that corresponds to Fastify's error, or a bug
 * without internal details.
 */
function problemFrom(error: unknown, request: FastifyRequest): ProblemError {
  if (error instanceof ProblemError) return error;
  const { statusCode, message = 'unknown', ...rest } = fieldsOf(error);
  const code = String(rest.code);
  if (code === 'FST_ERR_BAD_URL') return new ProblemError('invalid_request', 'the path is not a valid URL');
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return new ProblemError('not_found', 'a part of the path is too long');
  if (statusCode === 413) return new ProblemError('payload_too_large', `the body is over ${JSON_BODY_BYTES_MAX} bytes`);
  if (statusCode === 415) return otherMediaType(request);
  if (statusCode === 503) return unavailable('the server is closing', error);
  if (statusCode === 400 || code.startsWith('FST_ERR_CTP')) return new UnreadableBodyError(message, message);
  return new ProblemError('internal_error', 'an unexpected error occurred', { cause: error });
}

/** Any value can be thrown, and `code` is not always text: a DOMException has a number. */
const fieldsOf = (error: unknown): Partial<FastifyError> => (typeof error === 'object' && error !== null ? error : {});

function operatorRoutes(app: FastifyInstance, options: ServerOptions): void {
  const { registry, notReady, notOfUse, readyDetails } = options;
  const readiness = async (reply: FastifyReply, why: ServerOptions['notReady']): Promise<FastifyReply> => {
    const reason = await why();
    const details = readyDetails?.();
    if (reason === null) return reply.send({ status: 'ready', ...details });
    return reply
      .code(503)
      .header('retry-after', RETRY_AFTER_SECONDS)
      .send({ status: 'not ready', reason, ...details });
  };
  app.get('/livez', (_request, reply) => reply.send({ status: 'alive' }));
  app.get('/readyz', (_request, reply) => readiness(reply, notReady));
  if (notOfUse !== undefined) app.get('/readyz/any', (_request, reply) => readiness(reply, notOfUse));
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
