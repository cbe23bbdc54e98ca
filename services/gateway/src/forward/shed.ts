/**
 * Sheds load before any other work is done for a request. Under overload most requests are refused, and the cost of
 * refusing them reduces the capacity for the admitted ones. Shedding therefore runs before routing, authentication and
 * logging, which halves its cost (docs/decisions/0011).
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { HEADERS, operations, type ServiceName } from '@mo/contracts';
import {
  counter,
  gauge,
  type Logger,
  problemBody,
  type Registry,
  requestIdFrom,
  UNCACHED,
  unavailable,
} from '@mo/service-kit';
import type { Limits } from './limits.ts';
import { lingerAfterTurn } from './linger.ts';
import type { LoopLag } from './loop-lag.ts';
import type { Upstream, Upstreams } from './upstream.ts';

/** Refusals are logged at this interval, summed up in one line. */
const LOG_INTERVAL_MS = 1_000;

export interface ShedOptions {
  readonly upstreams: Upstreams;
  readonly lag: LoopLag;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Runs before everything else that the server does with a request. */
export function shedFirst(server: Server, { upstreams, lag, limits, logger, registry }: ShedOptions): void {
  const total = counter(registry, 'gateway_shed_total', 'Calls refused before any work on them', ['upstream']);
  const behind = 'Whether the event loop is late, so that a service gets fewer calls at once';
  gauge(registry, 'gateway_behind', behind, [], () => (lag.isBehind ? 1 : 0));
  const log = new ShedLog(logger);
  const lingerLater = lingerAfterTurn(limits.lingerTimeoutMs);
  const doors = new Map(
    [...upstreams].map(([service, upstream]) => {
      const shed = total.labels(service);
      shed.inc(0);
      return [service, { upstream, shed, refuse: refusalOf(service) }] as const;
    }),
  );
  const [handle] = server.listeners('request') as [RequestListener];
  server.off('request', handle);
  server.on('request', (request, response) => {
    const service = callOf(request.url ?? '');
    const door = service === null ? undefined : doors.get(service);
    if (service === null || door === undefined || !isTooMuch(door.upstream, lag)) {
      handle(request, response);
      return;
    }
    door.refuse(request, response);
    lingerLater(request);
    door.shed.inc();
    log.note(service);
  });
}

/**
 * Whether one more call would have no place, or would wait too long for its turn. While this process is behind with
 * reading requests, it admits a call only if fewer are under way or waiting than one replica gets: the service does not
 * idle, and most of this process's time is left for catching up.
 */
function isTooMuch({ places, turns, waitEstimate, limits }: Upstream, lag: LoopLag): boolean {
  const { isFull, taken } = places.calls;
  if (isFull || (lag.isBehind && taken >= limits.callsAtOnceMax)) return true;
  return waitEstimate.msFor(turns.waiting) > limits.turnMsMax;
}

/** Stands in for the request id while a refusal is prepared. */
const ANY_ID = 'x'.repeat(8);

/** Prepares the refusal of calls to a service: only the request id differs from call to call. */
function refusalOf(service: ServiceName): (request: IncomingMessage, response: ServerResponse) => void {
  const refusal = unavailable(`too many calls to ${service} are under way`);
  const [before, after] = JSON.stringify(problemBody(refusal, ANY_ID)).split(ANY_ID) as [string, string];
  const headers = ['content-type', 'application/problem+json', ...UNCACHED, ...Object.entries(refusal.headers).flat()];
  return (request, response) => {
    const requestId = requestIdFrom(request.headers[HEADERS.requestId]);
    const body = before + requestId + after;
    const length = String(Buffer.byteLength(body));
    response.writeHead(refusal.status, [HEADERS.requestId, requestId, 'content-length', length, ...headers]);
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}

/** The second and fourth segment of a path identify its service: /api/customers/7/loans belongs to loans. */
const shapeOf = (parts: readonly string[]): string => `${parts[2]}/${parts[4] ?? ''}`;

const serviceByShape = new Map(
  Object.values(operations).flatMap(({ path, service }) =>
    service === 'gateway' ? [] : [[shapeOf(path.split('/')), service] as const],
  ),
);
const uploadPaths = Object.values(operations).flatMap((operation) => ('stream' in operation ? [operation.path] : []));

/** The service that a call goes to; null for uploads, which have their own places, and for paths outside the API. */
function callOf(url: string): ServiceName | null {
  if (!url.startsWith('/api/')) return null;
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  if (uploadPaths.some((upload) => path.startsWith(upload))) return null;
  return serviceByShape.get(shapeOf(path.split('/', 6))) ?? null;
}

/** Logs one line per second instead of one per refusal. */
class ShedLog {
  readonly #logger: Logger;
  #counts: Partial<Record<ServiceName, number>> = {};
  #willTell = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  note(service: ServiceName): void {
    this.#counts[service] = (this.#counts[service] ?? 0) + 1;
    if (this.#willTell) return;
    this.#willTell = true;
    setTimeout(() => this.#tell(), LOG_INTERVAL_MS).unref();
  }

  #tell(): void {
    this.#logger.warn({ refused: this.#counts }, 'more calls arrive than can be processed');
    this.#counts = {};
    this.#willTell = false;
  }
}
