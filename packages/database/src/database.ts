/**
 * Opens the database. MikroORM manages connections, entities, migrations and reads of single rows. Pages and the few
 * hot statements are set-based SQL (see `sql.ts`).
 *
 * No wait for the server is unbounded. The server itself ends statements, lock waits and transactions that take too
 * long. If a connection is lost silently, so that the server's message does not arrive, the silence timeout closes it.
 */
import { Socket } from 'node:net';
import type { MigrationObject } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { type EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import type { Logger, TlsOptions } from '@mo/service-kit';
import type { Pool, PoolClient } from 'pg';
import { PREPARING_OPTIONS, PreparingClient } from './preparing-client.ts';

const STATEMENT_TIMEOUT_MS = 10_000;
const LOCK_TIMEOUT_MS = 5_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
export const CONNECT_MS_MAX = 5_000;
/**
 * Longer than the statement timeout of the server, which reports an error. Statements that are sent together are silent
 * for as long as all of them take.
 */
export const SILENCE_MS_MAX = 15_000;
/** The silence before the kernel asks whether the server is still there. It gives up ten seconds later. */
const KEEP_ALIVE_MS = 10_000;
/** An arbitrary number, the same in every replica of a service. */
const MIGRATION_LOCK = 7_305_511;
/** The forms in which times are sent, whatever the role or the database sets. */
const TIME_OPTIONS = '-c timezone=UTC -c datestyle=ISO';

/** A schema that comes first in the search path later must not get new, empty tables. */
const SCHEMA = `SELECT coalesce(
  (SELECT relnamespace::regnamespace::name FROM pg_class WHERE oid = to_regclass('mikro_orm_migrations')),
  current_schema()) AS schema`;

export type Database = MikroORM;

export interface DatabaseOptions {
  /** Without parameters: see {@link DatabaseConnection}. */
  url: string;
  /** If left out, connections are not encrypted. */
  tls?: TlsOptions;
  /** The application name that PostgreSQL shows for each connection. */
  name: string;
  entities: EntitySchema[];
  migrations: MigrationObject[];
  connectionsMax: number;
  logger: Logger;
  /** Called with the pool once it is created. */
  onPool?: (pool: Pool) => void;
  /** The time limit of a connection, including the login, and of the wait for a free one. */
  connectMsMax?: number;
  /** A connection on which the server sends nothing for this time is considered lost; 0 disables the check. */
  silenceMsMax?: number;
  /** The time limit of one statement on the server; 0 for none. */
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
  connectMsMax = CONNECT_MS_MAX,
  silenceMsMax = SILENCE_MS_MAX,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
}: DatabaseOptions): Promise<Database> {
  let pool: Pool | undefined;
  const database = await MikroORM.init({
    clientUrl: url,
    entities,
    logger: (message) => logger.info(message),
    colors: false,
    discovery: { warnWhenNoEntities: false },
    // A misspelt name must not become a new, empty database.
    ensureDatabase: false,
    extensions: [Migrator],
    migrations: { migrationsList: migrations, snapshot: false, transactional: true },
    pool: { min: 0, max: connectionsMax },
    driverOptions: {
      onPoolCreated: (made: Pool) => {
        pool = made;
        onPool?.(made);
      },
      stream: () => socketWithin(silenceMsMax),
      ssl: tls ?? false,
      application_name: name,
      options: `${TIME_OPTIONS} ${PREPARING_OPTIONS}`,
      Client: PreparingClient,
      pipeline: true,
      verify: refuseStandby,
      connectionTimeoutMillis: connectMsMax,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      statement_timeout: statementTimeoutMs,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    },
  });
  const close = database.close.bind(database);
  // MikroORM ends a pool only if its query builder has used it. Statements run on the pool itself (see `sql.ts`).
  database.close = async (force) => {
    await close(force);
    if (pool?.ending === false) await pool.end();
  };
  return database;
}

/**
 * Refuses a connection to a standby before any other statement is sent. During a failover the host name may still lead
 * to the former primary, which would return stale rows and accept no writes.
 */
function refuseStandby(client: PoolClient, done: (error?: Error) => void): void {
  client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby', (error: Error | null, answer) =>
    done(error ?? (answer.rows[0]?.standby === true ? new StandbyError() : undefined)),
  );
}

class StandbyError extends Error {
  override readonly name = 'StandbyError';
  /** The SQLSTATE that libpq reports for such a session: read_only_sql_transaction. */
  readonly code = '25006';
  constructor() {
    super('the server is a standby');
  }
}

/** A socket that destroys itself when no data moves on it for this time. */
function socketWithin(silenceMsMax: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceMsMax, () => socket.destroy(new SilentError(socket.timeout ?? 0)));
  return socket;
}

class SilentError extends Error {
  override readonly name = 'SilentError';
  readonly code = 'ETIMEDOUT';
  constructor(silenceMsMax: number) {
    super(`the database did not respond for ${silenceMsMax} ms`);
  }
}

/**
 * Runs the pending migrations. Replicas may start together: one of them migrates, the others wait for it. The first
 * start creates the tables in the first schema of the search path; later ones stay where the path finds them.
 *
 * @returns the names of the migrations that were run
 */
export async function migrate(database: Database): Promise<string[]> {
  return database.em.fork().transactional(async (em) => {
    await em.execute('SET LOCAL lock_timeout = 0');
    await em.execute('SET LOCAL statement_timeout = 0');
    await em.execute('SET LOCAL idle_in_transaction_session_timeout = 0');
    await em.execute(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    // Otherwise MikroORM looks for the table of its migrations in `public` only.
    const [{ schema }] = await em.execute<[{ schema: string }]>(SCHEMA);
    database.config.set('schema', schema);
    return (await database.migrator.up()).map(({ name }) => name);
  });
}
