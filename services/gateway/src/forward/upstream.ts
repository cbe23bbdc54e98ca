/** State shared by all calls to one service: its replicas, its limits on concurrent calls, and its metrics. */
import { SERVICE_NAMES, type ServiceName } from '@mo/contracts';
import {
  Addresses,
  counter,
  durationHistogram,
  gauge,
  gaugeOfMany,
  type Identity,
  type Logger,
  type Registry,
  Turns,
} from '@mo/service-kit';
import { FAILURE_KINDS } from './failure.ts';
import type { Limits } from './limits.ts';
import { ReplicaSet } from './replica-set.ts';
import { RetryBudget } from './retry-budget.ts';
import { Room, SharedRoom } from './room.ts';
import { WaitEstimate } from './wait-estimate.ts';

export interface Upstream {
  readonly service: ServiceName;
  readonly replicas: ReplicaSet;
  readonly places: { readonly calls: Room; readonly uploads: SharedRoom };
  /** Calls that wait because no replica has room. */
  readonly turns: Turns;
  /** How long calls will have to wait for a turn. */
  readonly waitEstimate: WaitEstimate;
  readonly retries: RetryBudget;
  /** Request bodies kept until their calls are answered. */
  readonly kept: SharedRoom;
  /** Answers that their callers have not read yet. */
  readonly answers: SharedRoom;
  readonly limits: Limits;
  /** Called when a replica may have room again: lets waiting calls continue. */
  giveTurns(): void;
  /** Records the outcome and duration of an attempt. */
  count(outcome: string, seconds: number): void;
}

/** The upstream of each service that has configured addresses. */
export type Upstreams = ReadonlyMap<ServiceName, Upstream>;

/**
 * Creates the upstream of each service; services without addresses are left out.
 *
 * @param identity the gateway's identity towards the services; null where neither side has to prove its identity
 */
export function openUpstreams(
  origins: Readonly<Record<ServiceName, readonly string[]>>,
  identity: Identity | null,
  limits: Limits,
  logger: Logger,
  registry: Registry,
): Upstreams {
  const metrics = upstreamMetrics(registry);
  const kept = new SharedRoom(limits.keptBytesMax);
  const answers = new SharedRoom(limits.answerBytesMax);
  gauge(registry, 'gateway_body_bytes', 'Bytes of request bodies that are kept until the answer', [], () => kept.taken);
  const unread = 'Bytes of answers that their callers have not read yet';
  gauge(registry, 'gateway_answer_bytes', unread, [], () => answers.taken);
  const open = (service: ServiceName): Upstream => {
    const turns = new Turns();
    const giveTurns = () => turns.nextWhile(() => replicas.hasRoom);
    const way = { service, identity, limits };
    const replicas = new ReplicaSet(way, new Addresses(origins[service]), logger, giveTurns);
    const retries = new RetryBudget(limits.retriesSavedMax, limits.retriesPerCall);
    const duration = metrics.duration.labels(service);
    for (const outcome of ['answered', ...FAILURE_KINDS]) metrics.attempts.inc({ upstream: service, outcome }, 0);
    const places = { calls: new Room(limits.callsMax), uploads: new SharedRoom(limits.uploadsMax) };
    metrics.watch(service, { replicas, places, turns });
    const count = (outcome: string, seconds: number) => {
      metrics.attempts.inc({ upstream: service, outcome });
      duration.observe(seconds);
    };
    const waitEstimate = new WaitEstimate();
    return { service, replicas, places, turns, waitEstimate, retries, kept, answers, limits, giveTurns, count };
  };
  const present = SERVICE_NAMES.filter((service) => origins[service].length > 0);
  return new Map(present.map((service) => [service, open(service)]));
}

type Watched = Pick<Upstream, 'replicas' | 'places' | 'turns'>;

function upstreamMetrics(registry: Registry) {
  const watched = new Map<ServiceName, Watched>();
  const read = (name: string, help: string, value: (of: Watched) => number) =>
    gaugeOfMany(registry, name, help, ['upstream'], (metric) => {
      for (const [upstream, of] of watched) metric.set({ upstream }, value(of));
    });
  read('gateway_replicas', 'Replicas that the addresses of the service name', (of) => of.replicas.replicas.length);
  read('gateway_replicas_ready', 'Replicas that report to be ready', (of) => of.replicas.ready);
  read(
    'gateway_mux_connections',
    'Replicas that receive calls over one multiplexed connection',
    (of) => of.replicas.connected,
  );
  read('gateway_calls_under_way', 'Calls without an answer yet, except uploads', (of) => of.places.calls.taken);
  read('gateway_calls_waiting', 'Calls that wait because no replica has room', (of) => of.turns.waiting);
  read('gateway_uploads_under_way', 'Bulk uploads without an answer yet', (of) => of.places.uploads.taken);
  return {
    watch: (service: ServiceName, of: Watched) => watched.set(service, of),
    attempts: counter(registry, 'gateway_attempts_total', 'Requests sent to a service, by outcome; each retry counts', [
      'upstream',
      'outcome',
    ]),
    duration: durationHistogram(registry, 'gateway_attempt_duration_seconds', 'Duration of requests to a service', [
      'upstream',
    ]),
  };
}
