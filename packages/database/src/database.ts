/**
 * One place opens the database. MikroORM owns the connections, entities, migrations and reads of single rows; pages and the
 * few hot statements are set-wise SQL (see `sql.ts`).
 *
 * Nothing waits for the server without end. The server itself ends statements, waits for locks and transactions that take
 * too long; where a connection is lost without a word, so that not even that is heard, its silence ends it.
 */
import { Socket } from 'node:net';
import type { MigrationObject } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { type EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import type { Logger, TlsOptions } from '@mo/service-kit';
import type { PoolClient } from 'pg';
import type { WatchedPool } from './pool-metrics.ts';
import { PREPARING_OPTIONS, PreparingClient } from './preparing-client.ts';

const STATEMENT_TIMEOUT_MS = 10_000;
const LOCK_TIMEOUT_MS = 5_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** The server ends a statement before this, and says so. Several that are sent together are silent for as long as all take. */
export const SILENCE_MS_MAX = 15_000;
/** Any number, the same in every replica of a service. */
const MIGRATION_LOCK = 7_305_511;

export type Database = MikroORM;

export interface DatabaseOptions {
  /** Without parameters: see {@link DatabaseConnection}. */
  url: string;
  /** Without it nothing is encrypted. */
  tls?: TlsOptions;
  /** Shown by PostgreSQL beside each connection. */
  name: string;
  entities: EntitySchema[];
  migrations: MigrationObject[];
  connectionsMax: number;
  logger: Logger;
  /** Told of the pool once it is made. */
  onPool?: (pool: WatchedPool) => void;
  /** A connection on which the server says nothing for so long is lost; 0 for one that may wait for ever. */
  silenceMsMax?: number;
  /** How long the server works on one statement; 0 for as long as that takes. */
  statementTimeoutMs?: number;
}

export async function openDatabase({
  url,
  tls,
  name,
  entities,
  migrations,
  connectionsMax,
  logger,
  onPool,
  silenceMsMax = SILENCE_MS_MAX,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
}: DatabaseOptions): Promise<Database> {
  return MikroORM.init({
    clientUrl: url,
    entities,
    logger: (message) => logger.info(message),
    colors: false,
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: { migrationsList: migrations, snapshot: false, transactional: true },
    pool: { min: 0, max: connectionsMax },
    driverOptions: {
      onPoolCreated: onPool,
      stream: () => socketWithin(silenceMsMax),
      ssl: tls ?? false,
      application_name: name,
      options: `-c timezone=UTC ${PREPARING_OPTIONS}`,
      Client: PreparingClient,
      pipeline: true,
      verify: refuseStandby,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: statementTimeoutMs,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    },
  });
}

/**
 * A connection to a standby is closed before anything is asked of it: while a failover goes on, the name may still lead to the
 * server that was the primary, which would answer with old rows, and take no writes.
 */
function refuseStandby(client: PoolClient, done: (error?: Error) => void): void {
  client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby', (error: Error | null, answer) =>
    done(error ?? (answer.rows[0]?.standby === true ? new StandbyError() : undefined)),
  );
}

class StandbyError extends Error {
  override readonly name = 'StandbyError';
  /** As libpq says of such a session: read_only_sql_transaction. */
  readonly code = '25006';
  constructor() {
    super('the server is a standby');
  }
}

/** A socket that ends itself when nothing moves on it for so long. */
function socketWithin(silenceMsMax: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceMsMax, () => socket.destroy(new SilentError(socket.timeout ?? 0)));
  return socket;
}

class SilentError extends Error {
  override readonly name = 'SilentError';
  readonly code = 'ETIMEDOUT';
  constructor(silenceMsMax: number) {
    super(`the database said nothing for ${silenceMsMax} ms`);
  }
}

/**
 * Runs the migrations that are due, and answers with their names. Replicas may start together: one migrates, the others
 * wait for it.
 */
export async function migrate(database: Database): Promise<string[]> {
  return database.em.fork().transactional(async (em) => {
    await em.execute('SET LOCAL lock_timeout = 0');
    await em.execute('SET LOCAL statement_timeout = 0');
    await em.execute('SET LOCAL idle_in_transaction_session_timeout = 0');
    await em.execute(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    return (await database.migrator.up()).map(({ name }) => name);
  });
}
