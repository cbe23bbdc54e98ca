/**
 * A service that takes part in the protocol, from its configuration to a server that is ready to listen. All three
 * services are assembled here in the same way; they differ only in their definitions.
 */
import type { MigrationObject } from '@mikro-orm/core';
import type { EntitySchema } from '@mikro-orm/postgresql';
import { TOPIC_PREFIX_DEFAULT } from '@mo/contracts';
import type { Sql } from '@mo/database';
import {
  connectionOf,
  type Database,
  databaseConfig,
  databaseProblem,
  type Index,
  migrateAtStart,
  openDatabase,
  poolMetrics,
  RowsById,
  sqlOf,
} from '@mo/database';
import {
  type App,
  admissionConfig,
  createLogger,
  createRegistry,
  createServer,
  DRAIN_TIMEOUT_MS,
  Gate,
  gauge,
  Notice,
  openAdmission,
  openIdentity,
  openTracing,
  processConfig,
  type Registry,
  routesOf,
  Startup,
  tracingConfig,
  tracingSettings,
} from '@mo/service-kit';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AUDIT_INTERVAL_MS } from './audit/auditor.ts';
import type { Audited } from './audit/image.ts';
import { kafkaConfig, kafkaConnection } from './kafka/connection.ts';
import type { Account, StreamModel } from './protocol/account.ts';
import { TRANSACTIONS_AT_ONCE_MAX } from './protocol/write-queues.ts';
import type { Chore } from './relay/housekeeping.ts';
import type { AccountTables } from './sql/sql-store.ts';
import { createStreams, type Streams } from './streams.ts';

/**
 * The connections for requests. Some are reserved for the write path, some for the service's other transactions, and
 * one for single rows read while a command or a token is processed. Reads share the rest.
 */
const CONNECTIONS_MAX = 10;
const ON_THE_WAY = 1;
/** The limits on the number of waiting reads, and on how long each waits. */
const READS = { waitingMax: 1_024, waitMsMax: 2_000 };
/** For pulls, the relay and housekeeping. */
const BACKGROUND_CONNECTIONS_MAX = 5;

/** The clients that read the streams and have no stream of their own. */
const PULLERS = ['webhooks'];

/** The prefix of topic names. */
export const topicPrefix = z
  .string()
  .regex(/^[\w.-]{1,100}$/)
  .default(TOPIC_PREFIX_DEFAULT);

/** The environment that every such service reads, in addition to the URLs of its database and its peers. */
export const serviceConfig = {
  ...processConfig,
  ...admissionConfig,
  ...tracingConfig,
  ...databaseConfig,
  ...kafkaConfig,
  TOPIC_PREFIX: topicPrefix,
  AUDIT_INTERVAL_MS: z.coerce.number().int().min(10).default(AUDIT_INTERVAL_MS),
};

export interface ServiceDefinition<A extends Account> {
  config: z.infer<z.ZodObject<typeof serviceConfig>>;
  databaseUrl: string;
  /** The origins of each peer's replicas. */
  peerUrls: Readonly<Record<string, readonly string[]>>;
  model: StreamModel<A>;
  tables: AccountTables<A>;
  audited: Audited<A>;
  entities: EntitySchema[];
  migrations: MigrationObject[];
  /** Built concurrently, without blocking traffic. */
  indexes?: readonly Index[];
  /** SQL for the customer id of `want.external_id`, if the stream can be pulled by external_id. */
  resolveExternalId?: string;
  /** Periodic work of the service, in one of its processes. */
  chores?: (sql: Sql) => readonly Chore[];
  /** The most concurrent transactions of the service outside the write path; 0 by default. */
  ownTransactionsMax?: number;
  /** Registers the service's operations. */
  routes(parts: ServiceParts<A>): void;
}

export interface ServiceParts<A extends Account> {
  serve: ReturnType<typeof routesOf>;
  server: FastifyInstance;
  database: Database;
  /** Reads of single rows, combined into one query: a `RowsById` whose queries count against the limit on reads. */
  rowsById: <Row extends object>(text: string, idOf: (row: Row) => number) => RowsById<Row>;
  streams: Streams<A>;
  registry: Registry;
}

/** Builds the service; the server isn't listening, and nothing has started yet. */
export async function createService<A extends Account>(definition: ServiceDefinition<A>): Promise<App> {
  const { config, model, tables, audited, entities, migrations, peerUrls } = definition;
  const name = model.stream;
  const kafka = kafkaConnection(config);
  const connection = connectionOf(name, definition.databaseUrl, config);
  const logger = createLogger(name, config.LOG_LEVEL);
  const registry = createRegistry(name, config.MO_VERSION);
  const identity = openIdentity(name, config.IDENTITY_DIR ?? null, peerUrls, logger, registry, config.TLS_REQUIRED);
  const admission = openAdmission(identity, config, Object.keys(peerUrls), logger, registry, PULLERS);
  const tracing = await openTracing(name, config.MO_VERSION, tracingSettings(config), logger);
  const settings = { ...connection, entities, migrations, logger };
  const watch = poolMetrics(registry);
  const open = (label: string, connectionsMax: number, pool: string) =>
    openDatabase({ ...settings, name: label, connectionsMax, onPool: (made) => watch(pool, made, connectionsMax) });
  const database = await open(name, CONNECTIONS_MAX, 'requests');
  const background = await open(`${name}-background`, BACKGROUND_CONNECTIONS_MAX, 'background');

  const streams = createStreams({
    model,
    tables,
    audited,
    auditIntervalMs: config.AUDIT_INTERVAL_MS,
    database,
    background,
    peerUrls,
    identity,
    kafka,
    topicPrefix: config.TOPIC_PREFIX,
    logger,
    registry,
    tracer: tracing.tracer,
    ...(definition.resolveExternalId === undefined ? {} : { resolveExternalId: definition.resolveExternalId }),
    ...(definition.chores === undefined ? {} : { chores: definition.chores }),
  });
  const server = createServer({
    logger,
    registry,
    notReady: () => (notice.isGiven ? 'stopping' : (startup.reason ?? streams.notReady())),
    explain: databaseProblem,
    takesMux: true,
    admission,
    tracer: tracing.tracer,
  });
  const notice = new Notice(server.server);
  const startup = new Startup(server);
  const atOnceMax = CONNECTIONS_MAX - TRANSACTIONS_AT_ONCE_MAX - ON_THE_WAY - (definition.ownTransactionsMax ?? 0);
  const reads = new Gate({ ...READS, atOnceMax });
  const gated: Sql = {
    query: (text, parameters) =>
      reads.pass(
        () => sqlOf(database).query(text, parameters),
        () => false,
      ),
  };
  const gathered: { readonly waiting: number }[] = [];
  const rowsById: ServiceParts<A>['rowsById'] = (text, idOf) => {
    const rows = new RowsById(gated, text, idOf);
    gathered.push(rows);
    return rows;
  };
  gauge(registry, 'mo_reads_waiting', 'Reads that wait for their turn', [], () =>
    gathered.reduce((sum, { waiting }) => sum + waiting, reads.waiting),
  );
  const serve = routesOf(server, { ...streams.routeHooks, reads });
  definition.routes({ serve, server, database, rowsById, streams, registry });
  streams.routes(server);

  return {
    server,
    admission,
    logger,
    start: () =>
      startup.run(async () => {
        await migrateAtStart(startup, name, connection, definition, logger);
        streams.start();
      }),
    steps: [
      { name: 'readiness', stop: () => notice.give() },
      { name: 'server', stop: () => server.close(), timeoutMs: DRAIN_TIMEOUT_MS },
      ...streams.stopSteps,
      { name: 'database', stop: () => Promise.all([database.close(), background.close()]) },
      { name: 'traces', stop: () => tracing.stop() },
      { name: 'identity', stop: () => identity?.stop() },
    ],
  };
}
