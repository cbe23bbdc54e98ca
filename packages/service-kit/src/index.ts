/** What every service process has: server, configuration, logs, problems, health, metrics, batches, rounds, shutdown. */
export { Addresses, type Lookup } from './addresses.ts';
export { type Answer, answerProblem, answerWith } from './answer.ts';
export { type App, listen } from './app.ts';
export { BatchQueue, type BatchQueueOptions, type Beside, type Gathering, QueueFullError } from './batch-queue.ts';
export { endWithProblem, liftRequestTimeout } from './client-error.ts';
export { type Clock, systemClock } from './clock.ts';
export { ConfigError, databaseUrl, list, networks, origins, port, processConfig, readConfig } from './config.ts';
export { readCursor, writeCursor } from './cursor.ts';
export { within } from './deadline.ts';
export { sha256 } from './digest.ts';
export { hasBody } from './framing.ts';
export { Gate } from './gate.ts';
export { Admission } from './identity/admission.ts';
export { admissionConfig, identityConfig, openAdmission, openIdentity } from './identity/config.ts';
export { connector } from './identity/connector.ts';
export { Identity } from './identity/identity.ts';
export { LastingFailure, REMIND_MS } from './lasting-failure.ts';
export { linger } from './linger.ts';
export { createLogger, type Logger } from './log.ts';
export { refuseOtherCharset } from './media-type.ts';
export * from './metrics.ts';
export { Notice } from './notice.ts';
export { answerPage, type Page, pageOfRows } from './page.ts';
export { pathOf } from './paths.ts';
export {
  invalid,
  NAME_LENGTH_MAX,
  ProblemError,
  problemBody,
  RETRY_AFTER_SECONDS,
  unavailable,
} from './problem-error.ts';
export {
  ANSWER_TIMEOUT_MS,
  DRAIN_MARGIN_MS,
  DRAIN_TIMEOUT_MS,
  runProcess,
  runTask,
  STOP_TIMEOUT_MS_MAX,
  type StopStep,
  stopLimitMs,
} from './process.ts';
export { whenOver } from './request-end.ts';
export { RetryLog } from './retry-log.ts';
export { Rounds, STARTING_MS } from './rounds.ts';
export {
  type Handler,
  isGoneOf,
  keyIdOf,
  keyReused,
  type Origin,
  type RequestKey,
  type RouteHooks,
  routesOf,
  routeUrl,
  tokenOf,
  type ValidRequest,
} from './route.ts';
export { sendAnswer } from './send.ts';
export { createServer, JSON_BODY_BYTES_MAX, LISTEN_BACKLOG, type ServerOptions } from './server.ts';
export { slices } from './slices.ts';
export { StartError } from './start-error.ts';
export { Startup } from './startup.ts';
export {
  STORE_BUSY,
  STORE_SLOW,
  StoreBusyError,
  StoreConflictError,
  StoreRefusalError,
  storeWaited,
} from './store-error.ts';
export { certificateFault, keyFault, type TlsOptions } from './tls.ts';
export { acceptTraceparent, newTraceparent, requestIdFrom, spanIdOf, traceIdOf, unsampled } from './trace.ts';
export { type TracingSettings, tracingConfig, tracingSettings } from './tracing/config.ts';
export { openTracing, type Tracing } from './tracing/open-tracing.ts';
export { traceCallers } from './tracing/request-spans.ts';
export { endedBy, failureOf, type Span, type SpanAttributes, type SpanKind, type Tracer } from './tracing/tracer.ts';
export { Turns } from './turns.ts';
export { UNCACHED } from './uncached.ts';
export { FIELD_ERRORS_MAX, validate } from './validation.ts';
