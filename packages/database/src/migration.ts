/**
 * Migrates a service's database to the version of its code: when the service starts, or before that, by its command
 * `migrate`.
 */
import type { MigrationObject } from '@mikro-orm/core';
import { createLogger, type Logger, processConfig, type Startup } from '@mo/service-kit';
import type { PoolClient } from 'pg';
import { type DatabaseConfig, type DatabaseConnection, databaseConfig, databaseConnection } from './connection.ts';
import { CONNECT_MS_MAX, migrate, openDatabase } from './database.ts';
import { buildIndexes, type Index } from './indexes.ts';
import { DATABASE_UNREACHABLE } from './outage.ts';
import { REACH_MS_MAX, reachDatabase, variableOf } from './reach.ts';

/** One connection holds the lock, the other migrates. */
const MIGRATION_CONNECTIONS_MAX = 2;
/**
 * The time limit of each of these connections. It is longer than usual, so that a stall after the database has been
 * reached doesn't end the start.
 */
const MIGRATION_CONNECT_MS_MAX = 15_000;

/** The environment of the command, in addition to the database's URL. */
export const migrationConfig = { LOG_LEVEL: processConfig.LOG_LEVEL, ...databaseConfig };

export interface MigrationDefinition {
  service: string;
  config: DatabaseConfig & { LOG_LEVEL: string };
  databaseUrl: string;
  migrations: MigrationObject[];
  indexes?: readonly Index[];
}

/** The command `migrate`. @throws as {@link connectionOf} and {@link migrateFirst} do */
export function migrateService({ service, config, databaseUrl, ...schema }: MigrationDefinition): Promise<void> {
  const connection = connectionOf(service, databaseUrl, config);
  return migrateFirst(service, connection, schema, createLogger(service, config.LOG_LEVEL));
}

/** @throws ConfigError */
export const connectionOf = (service: string, databaseUrl: string, config: DatabaseConfig): DatabaseConnection =>
  databaseConnection(variableOf(service), databaseUrl, config);

type Schema = Pick<MigrationDefinition, 'migrations' | 'indexes'>;

/** Like {@link migrateFirst}, as a part of a startup, which reports what it waits for. */
export async function migrateAtStart(
  startup: Startup,
  service: string,
  connection: DatabaseConnection,
  schema: Schema,
  logger: Logger,
): Promise<void> {
  startup.because(DATABASE_UNREACHABLE);
  await reachDatabase(service, connection, logger, REACH_MS_MAX);
  startup.because('the database is being migrated');
  await migrateReached(service, connection, schema, logger, MIGRATION_CONNECT_MS_MAX);
}

/**
 * Waits for the database, then migrates it.
 *
 * @param waitMsMax how long to wait for a database that cannot be reached; 0 for a single attempt, which does not wait
 *   longer for connections than usual either
 * @throws UnreachedError, StartError, or the database's error
 */
export async function migrateFirst(
  service: string,
  connection: DatabaseConnection,
  schema: Schema,
  logger: Logger,
  waitMsMax = REACH_MS_MAX,
): Promise<void> {
  await reachDatabase(service, connection, logger, waitMsMax);
  const connectMsMax = waitMsMax === 0 ? CONNECT_MS_MAX : MIGRATION_CONNECT_MS_MAX;
  await migrateReached(service, connection, schema, logger, connectMsMax);
}

/**
 * Uses separate connections without limits for statements and silence: migrations and index builds may take long. Only
 * TCP keepalive notices a server that is gone. After a failure, connections that are still in use are closed: MikroORM
 * doesn't return one whose session ended within a transaction, and the pool would wait for it forever.
 */
async function migrateReached(
  service: string,
  connection: DatabaseConnection,
  { migrations, indexes = [] }: Schema,
  logger: Logger,
  connectMsMax: number,
): Promise<void> {
  const used = new Set<PoolClient>();
  const database = await openDatabase({
    ...connection,
    name: `${service}-migrations`,
    entities: [],
    migrations,
    connectionsMax: MIGRATION_CONNECTIONS_MAX,
    logger,
    connectMsMax,
    silenceMsMax: 0,
    statementTimeoutMs: 0,
    onPool: (pool) => {
      pool.on('acquire', (client) => used.add(client));
      pool.on('release', (_error, client) => used.delete(client));
    },
  });
  try {
    const done = await migrate(database);
    logger.info({ migrations: done }, done.length === 0 ? 'no migration is due' : 'migrated');
    const built = await buildIndexes(database, indexes, ({ name }) =>
      logger.info({ index: name }, 'building an index'),
    );
    if (built.length > 0) logger.info({ indexes: built }, 'indexes were built');
  } catch (error) {
    for (const client of used) client.release(true);
    throw error;
  } finally {
    await database.close();
  }
}
