/**
 * All that a service needs to take part in the protocol, put together: the write path over its tables, the pull and its
 * peers, the relay, the follower and the healer.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { TOPIC_PARTITIONS } from '@mo/contracts';
import {
  counter,
  gauge,
  type Logger,
  type Registry,
  type RouteHooks,
  type StopStep,
  sizeHistogram,
  systemClock,
} from '@mo/service-kit';
import type { FastifyInstance } from 'fastify';
import { Auditor } from './audit/auditor.ts';
import type { Audited } from './audit/image.ts';
import { Follower } from './follower/follower.ts';
import { Healer } from './follower/healer.ts';
import type { KafkaConnection } from './kafka/connection.ts';
import { kafkaOverKafkajs } from './kafka/kafkajs.ts';
import type { Account, StreamModel } from './protocol/account.ts';
import { WritePath } from './protocol/write-path.ts';
import { HttpPeers } from './pull/http-peers.ts';
import { streamRoutes } from './pull/routes.ts';
import { quarantineGauge } from './quarantine-gauge.ts';
import { Housekeeping } from './relay/housekeeping.ts';
import { Lease } from './relay/lease.ts';
import { Relay } from './relay/relay.ts';
import { forgetAnswers } from './sql/answers.ts';
import type { Database } from './sql/database.ts';
import { Journal } from './sql/journal.ts';
import { Outbox } from './sql/outbox.ts';
import { ProgressTable } from './sql/progress-table.ts';
import { QuarantineTable } from './sql/quarantine.ts';
import { run, type Sql, sqlOf } from './sql/sql.ts';
import { type AccountTables, SqlStore } from './sql/sql-store.ts';

const FORGET_ROWS_MAX = 50_000;

export interface StreamsOptions<A extends Account> {
  model: StreamModel<A>;
  tables: AccountTables<A>;
  /** What the service's tables are told by. */
  audited: Audited<A>;
  /** How long the audit rests between its pages. */
  auditIntervalMs: number;
  /** For the write path and reads. */
  database: Database;
  /** For pulls, the relay and housekeeping, so that they are served however busy the rest is. */
  background: Database;
  peerUrls: Readonly<Record<string, readonly string[]>>;
  kafka: KafkaConnection;
  topicPrefix: string;
  logger: Logger;
  registry: Registry;
  /** SQL for the customer id of `want.external_id`, where the stream's pull may be asked by it. */
  resolveExternalId?: string;
  /** What the service itself does now and then, in one of its processes. */
  housekeeping?: (sql: Sql, nowMs: number) => Promise<void>;
}

export interface Streams<A extends Account> {
  readonly writePath: WritePath<A>;
  readonly peers: HttpPeers;
  /** What the service's routes need of the protocol. */
  readonly routeHooks: RouteHooks;
  /** Why the service can't serve now: its database can't be reached. Kafka may be away. */
  notReady(): Promise<string | null>;
  /** Own events were written beside the write path: the relay has something to do. */
  onWritten(): void;
  /** Serves the pull on the service's own server. */
  routes(app: FastifyInstance): void;
  start(): void;
  /** In the order in which a service stops. */
  readonly stopSteps: readonly StopStep[];
}

export function createStreams<A extends Account>(options: StreamsOptions<A>): Streams<A> {
  const { model, tables, database, background, logger, registry, topicPrefix } = options;
  const metrics = streamMetrics(registry);
  const peers = new HttpPeers(options.peerUrls);
  const kafka = kafkaOverKafkajs(`mo-${model.stream}-${randomUUID().slice(0, 8)}`, options.kafka, logger);
  const outbox = new Outbox(background);
  const lease = new Lease(background, `${hostname()}/${process.pid}/${randomUUID()}`);
  const relay = new Relay({
    stream: model.stream,
    topicPrefix,
    outbox,
    lease,
    kafka,
    clock: systemClock,
    logger,
    onSent: (events) => metrics.relayed.inc(events),
  });
  const store = new SqlStore(database, tables);
  const writePath = new WritePath({
    model,
    store,
    peers,
    clock: systemClock,
    observer: {
      batch: (items) => metrics.batchSize.observe(items),
      pull: (stream, reason) => metrics.pulls.inc({ stream, reason }),
      unconfirmed: (command) => metrics.unconfirmed.inc({ command }),
      behind: (progress) => healer.heal(progress),
      faulty: ({ event: { stream, customer_id: customerId, version }, error }) => {
        metrics.faulty.inc({ stream });
        logger.error({ err: error, stream, customerId, version }, 'an event can not take effect; its customer waits');
      },
      quarantined: ({ stream, source }) => metrics.quarantinings.inc({ stream, by: source === null ? 'pull' : 'push' }),
    },
  });
  writePath.onWritten(() => relay.wake());
  gauge(registry, 'mo_write_queue_depth', 'Commands and events that wait for a batch', [], () => writePath.depth);
  const healer = new Healer({
    follows: model.follows,
    progress: new ProgressTable(background, tables.table, model.follows),
    peers,
    clock: systemClock,
    logger,
    catchUp: (customerId, stream, version, reason) => writePath.catchUp(customerId, stream, version, reason),
    isLeader: () => relay.holding,
  });
  const quarantine = new QuarantineTable(background, tables.table, model.follows);
  quarantineGauge(registry, systemClock, () => quarantine.counts());
  const follower = new Follower({
    own: model.stream,
    follows: model.follows,
    topicPrefix,
    partitions: TOPIC_PARTITIONS,
    kafka,
    clock: systemClock,
    logger,
    follow: (events) => writePath.follow(events),
    onEvent: (stream, what) => metrics.followed.inc({ stream, what }),
    quarantine: (items) => writePath.quarantine(items),
    settle: (letters) => quarantine.settle(letters),
  });
  const housekeeping = new Housekeeping({
    relay,
    outbox,
    tidy: async (nowMs) => {
      await forgetAnswers(sqlOf(background), nowMs, FORGET_ROWS_MAX);
      await options.housekeeping?.(sqlOf(background), nowMs);
    },
    clock: systemClock,
    logger,
    registry,
  });
  const auditor = new Auditor({
    audited: options.audited,
    database: background,
    peers,
    isLeader: () => relay.holding,
    intervalMs: options.auditIntervalMs,
    clock: systemClock,
    logger,
    registry,
  });
  return {
    writePath,
    peers,
    routeHooks: {
      isKeyUsed: (key) => store.isKeyUsed(key.id, systemClock.now()),
      catchUp: (token) => writePath.catchUpWith(token),
    },
    notReady: async () => {
      try {
        await run(sqlOf(background), 'SELECT 1');
        return null;
      } catch {
        return 'the database can not be reached';
      }
    },
    onWritten: () => relay.wake(),
    routes: (app) =>
      streamRoutes(app, {
        own: model.stream,
        follows: model.follows,
        writePath,
        journal: new Journal(background, model.stream, options.resolveExternalId ?? null),
      }),
    start: () => {
      relay.start();
      follower.start();
      healer.start();
      housekeeping.start();
      auditor.start();
    },
    stopSteps: [
      { name: 'follower', stop: () => follower.stop() },
      { name: 'healer', stop: () => healer.stop() },
      { name: 'write path', stop: () => writePath.drained() },
      { name: 'auditor', stop: () => auditor.stop() },
      { name: 'housekeeping', stop: () => housekeeping.stop() },
      { name: 'relay', stop: () => relay.stop() },
      { name: 'peers', stop: () => peers.close() },
    ],
  };
}

function streamMetrics(registry: Registry) {
  return {
    batchSize: sizeHistogram(registry, 'mo_batch_items', 'Commands and event groups that one transaction took'),
    pulls: counter(registry, 'mo_pulls_total', 'Pulls, by the stream pulled and why', ['stream', 'reason']),
    unconfirmed: counter(registry, 'mo_unconfirmed_total', 'Refusals that left their batch to be confirmed', [
      'command',
    ]),
    faulty: counter(registry, 'mo_faulty_events_total', 'Events that could not take effect in their turn', ['stream']),
    relayed: counter(registry, 'mo_relayed_events_total', 'Events sent to Kafka'),
    followed: counter(registry, 'mo_followed_events_total', 'Events that Kafka pushed, by what became of them', [
      'stream',
      'what',
    ]),
    quarantinings: counter(
      registry,
      'mo_quarantined_events_total',
      'Events that could not be understood or take effect, each time that one was met, by how it came',
      ['stream', 'by'],
    ),
  };
}
