/**
 * Assembles the parts that a service needs to take part in the protocol: the write path over its tables, the pull and
 * its peers, the relay, the follower and the healer.
 */
import { randomUUID } from 'node:crypto';
import { TOPIC_PARTITIONS, topicOf } from '@mo/contracts';
import type { Database } from '@mo/database';
import { type Sql, sqlOf, whyUnreachable } from '@mo/database';
import {
  countedGauge,
  gauge,
  gaugeOfMany,
  type Identity,
  type Logger,
  type Registry,
  type RouteHooks,
  type StopStep,
  systemClock,
  type Tracer,
} from '@mo/service-kit';
import type { FastifyInstance } from 'fastify';
import { Auditor } from './audit/auditor.ts';
import type { Audited } from './audit/image.ts';
import { Follower } from './follower/follower.ts';
import { Healer } from './follower/healer.ts';
import { LagGauges } from './follower/lag-gauges.ts';
import type { KafkaConnection } from './kafka/connection.ts';
import { kafkaOverKafkajs } from './kafka/kafkajs.ts';
import { batchFailureOf, streamMetrics } from './metrics.ts';
import type { Account, StreamModel } from './protocol/account.ts';
import { WritePath } from './protocol/write-path.ts';
import { HttpPeers } from './pull/http-peers.ts';
import { streamRoutes } from './pull/routes.ts';
import { type Chore, Housekeeping } from './relay/housekeeping.ts';
import { Lease, processName } from './relay/lease.ts';
import { Partitioning } from './relay/partitioning.ts';
import { Relay } from './relay/relay.ts';
import { forgetAnswers } from './sql/answers.ts';
import { Journal } from './sql/journal.ts';
import { Outbox } from './sql/outbox.ts';
import { ProgressTable } from './sql/progress-table.ts';
import { QuarantineTable } from './sql/quarantine.ts';
import { type AccountTables, SqlStore } from './sql/sql-store.ts';

const FORGET_ROWS_MAX = 50_000;

export interface StreamsOptions<A extends Account> {
  model: StreamModel<A>;
  tables: AccountTables<A>;
  /** How the audit derives the expected table contents. */
  audited: Audited<A>;
  /** The audit's pause between pages. */
  auditIntervalMs: number;
  /** For the write path and reads. */
  database: Database;
  /** For pulls, the relay and housekeeping, so that they get connections however busy the rest is. */
  background: Database;
  peerUrls: Readonly<Record<string, readonly string[]>>;
  /** The service's identity towards its peers; null if peers don't authenticate. */
  identity: Identity | null;
  kafka: KafkaConnection;
  topicPrefix: string;
  logger: Logger;
  registry: Registry;
  /** Null if tracing is off. */
  tracer: Tracer | null;
  /** SQL for the customer id of `want.external_id`, if the stream can be pulled by external_id. */
  resolveExternalId?: string;
  /** Periodic work of the service, in one of its processes. */
  chores?: (sql: Sql) => readonly Chore[];
}

export interface Streams<A extends Account> {
  readonly writePath: WritePath<A>;
  /** The protocol functions that the service's routes need. */
  readonly routeHooks: RouteHooks;
  /** Why the service isn't ready: its database can't be reached. A Kafka outage doesn't affect readiness. */
  notReady(): Promise<string | null>;
  /** Call after own events were written outside the write path, to wake the relay. */
  onWritten(): void;
  /** Registers the routes of the pull on the service's own server. */
  routes(app: FastifyInstance): void;
  start(): void;
  /** In the order in which a service stops. */
  readonly stopSteps: readonly StopStep[];
}

export function createStreams<A extends Account>(options: StreamsOptions<A>): Streams<A> {
  const { model, tables, database, background, logger, registry, tracer, topicPrefix } = options;
  const metrics = streamMetrics(registry, model.follows);
  const peers = new HttpPeers(options.peerUrls, options.identity, (peer, outcome, seconds) =>
    metrics.peerCalls.observe({ peer, outcome }, seconds),
  );
  const kafka = kafkaOverKafkajs(`mo-${model.stream}-${randomUUID().slice(0, 8)}`, options.kafka, logger);
  const outbox = new Outbox(background);
  const lease = new Lease(background, processName());
  const partitioning = new Partitioning(background);
  const relay = new Relay({
    stream: model.stream,
    topicPrefix,
    outbox,
    lease,
    kafka,
    partitions: () => partitioning.ofSender(topicOf(topicPrefix, model.stream), kafka),
    clock: systemClock,
    logger,
    tracer,
    onSent: (events) => metrics.relayed.inc(events),
    onFailure: () => metrics.relayFailures.inc(),
  });
  const store = new SqlStore(database, tables, {
    committed: (seconds, written) => {
      metrics.batchDuration.observe(seconds);
      metrics.wrote(written);
    },
    failed: (error) => metrics.batchFailures.inc({ reason: batchFailureOf(error) }),
  });
  const writePath = new WritePath({
    model,
    store,
    peers,
    clock: systemClock,
    tracer,
    observer: {
      batch: (items) => metrics.batchSize.observe(items),
      pull: (stream, reason) => metrics.pulls.inc({ stream, reason }),
      unconfirmed: (command) => metrics.unconfirmed.inc({ command }),
      behind: (progress) => healer.heal(progress),
      faulty: ({ event: { stream, customer_id: customerId, version }, error }) => {
        metrics.faulty.inc({ stream });
        logger.error({ err: error, stream, customerId, version }, 'an event cannot take effect; its customer waits');
      },
      quarantined: ({ stream, source }) => metrics.quarantinings.inc({ stream, by: source === null ? 'pull' : 'push' }),
    },
  });
  // Callers that wait for an answer get it before the relay runs.
  const wakeRelay = () => void setImmediate(() => relay.wake());
  writePath.onWritten(wakeRelay);
  gauge(registry, 'mo_write_queue_depth', 'Commands and events that wait for a batch', [], () => writePath.depth);
  const progress = new ProgressTable(background, tables.table, model.follows);
  const healer = new Healer({
    follows: model.follows,
    progress,
    peers,
    clock: systemClock,
    logger,
    catchUp: (customerId, stream, version, reason) => writePath.catchUp(customerId, stream, version, reason),
    isLeader: () => relay.holding,
  });
  const quarantine = new QuarantineTable(background, tables.table, model.follows);
  countedGauge(registry, systemClock, {
    name: 'mo_quarantined',
    help: 'Events in quarantine: invalid, or unable to take effect; every process of the service reports the same',
    labelNames: ['stream'],
    count: () => quarantine.counts(),
    set: (rowsGauge, counts) => {
      for (const [of, rows] of counts) rowsGauge.set({ stream: of }, rows);
    },
    // Quarantined events remain until they are applied or settled, so the last count is a good value.
    keepsLast: true,
  });
  const follower = new Follower({
    own: model.stream,
    follows: model.follows,
    topicPrefix,
    partitions: TOPIC_PARTITIONS,
    kafka,
    clock: systemClock,
    logger,
    follow: async (events) => {
      const followed = await writePath.follow(events);
      const oldest = events[followed.outcomes.indexOf('apply')];
      if (oldest !== undefined) metrics.observeDelay(oldest, systemClock.now());
      return followed;
    },
    onEvent: (stream, what) => metrics.followed.inc({ stream, what }),
    quarantine: (items) => writePath.quarantine(items),
    settle: async (letters) => healer.watch(await quarantine.settle(letters)),
  });
  const joined = 'Whether the consumer is a member of its group';
  gaugeOfMany(registry, 'mo_kafka_connected', joined, ['client'], (connected) => {
    for (const [client, isConnected] of Object.entries(follower.isConnected))
      connected.set({ client }, isConnected ? 1 : 0);
  });
  const lag = new LagGauges({
    group: follower.group,
    follows: model.follows,
    topicPrefix,
    groups: kafka,
    countBehind: () => progress.countBehind(),
    isLeader: () => relay.holding,
    clock: systemClock,
    logger,
    registry,
  });
  const housekeeping = new Housekeeping({
    relay,
    outbox,
    chores: [
      {
        name: 'old answers',
        work: async (nowMs) => (await forgetAnswers(sqlOf(background), nowMs, FORGET_ROWS_MAX)) === FORGET_ROWS_MAX,
      },
      ...(options.chores?.(sqlOf(background)) ?? []),
    ],
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
    routeHooks: {
      isKeyUsed: (key) => store.isKeyUsed(key.id, systemClock.now()),
      catchUp: (token) => writePath.catchUpWith(token),
    },
    notReady: () => whyUnreachable(background),
    onWritten: wakeRelay,
    routes: (app) =>
      streamRoutes(app, {
        own: model.stream,
        follows: model.follows,
        writePath,
        journal: new Journal(background, model.stream, options.resolveExternalId ?? null),
        onLost: (customerId, head, applied) => {
          metrics.lost.inc();
          logger.error({ customerId, head, applied }, 'another service has applied events that the journal has lost');
        },
      }),
    start: () => {
      relay.start();
      follower.start();
      healer.start();
      lag.start();
      housekeeping.start();
      auditor.start();
    },
    stopSteps: [
      { name: 'follower', stop: () => follower.stop() },
      { name: 'healer', stop: () => healer.stop() },
      { name: 'lag', stop: () => lag.stop() },
      { name: 'write path', stop: () => writePath.drained() },
      { name: 'auditor', stop: () => auditor.stop() },
      { name: 'housekeeping', stop: () => housekeeping.stop() },
      { name: 'relay', stop: () => relay.stop() },
      { name: 'peers', stop: () => peers.close() },
    ],
  };
}
