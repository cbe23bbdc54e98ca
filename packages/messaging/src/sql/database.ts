/**
 * One place opens the database. MikroORM owns entities, migrations, transactions and reads; the few hot statements are
 * set-wise SQL, run inside its transactions by {@link run}.
 *
 * Nothing waits for the server without end. The server itself ends statements, waits for locks and transactions that take
 * too long; where a connection is lost without a word, so that not even that is heard, its silence ends it.
 */
import { Socket } from 'node:net';
import type { MigrationObject } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { type EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import { type Logger, type ProblemError, unavailable } from '@mo/service-kit';
import { CompiledQuery, type Kysely } from 'kysely';
import { StoreConflictError, StoreRefusalError } from '../protocol/store.ts';
import { PREPARING_OPTIONS, PreparingClient } from './preparing-client.ts';

const STATEMENT_TIMEOUT_MS = 10_000;
const LOCK_TIMEOUT_MS = 5_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** The server says something before this: its own timeouts are shorter. */
export const SILENCE_MS_MAX = 15_000;
/** Any number, the same in every replica of a service. */
const MIGRATION_LOCK = 7_305_511;

export type Database = MikroORM;
/** A connection, or a transaction on one. */
export type Sql = Kysely<unknown>;

export interface DatabaseOptions {
  url: string;
  /** Shown by PostgreSQL beside each connection. */
  name: string;
  entities: EntitySchema[];
  migrations: MigrationObject[];
  connectionsMax: number;
  logger: Logger;
  /** A connection on which the server says nothing for so long is lost; 0 for one that may wait for ever. */
  silenceMsMax?: number;
}

export async function openDatabase({
  url,
  name,
  entities,
  migrations,
  connectionsMax,
  logger,
  silenceMsMax = SILENCE_MS_MAX,
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
      stream: () => socketWithin(silenceMsMax),
      application_name: name,
      options: `-c timezone=UTC ${PREPARING_OPTIONS}`,
      Client: PreparingClient,
      pipeline: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    },
  });
}

/** A socket that ends itself when nothing moves on it for so long. */
function socketWithin(silenceMsMax: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceMsMax, () => socket.destroy(new SilentError(silenceMsMax)));
  return socket;
}

class SilentError extends Error {
  override readonly name = 'SilentError';
  readonly code = 'ETIMEDOUT';
  constructor(silenceMsMax: number) {
    super(`the database said nothing for ${silenceMsMax} ms`);
  }
}

/** Runs the migrations that are due. Replicas may start together: one migrates, the others wait for it. */
export async function migrate(database: Database): Promise<void> {
  await database.em.fork().transactional(async (em) => {
    const sql = em.getKysely<unknown>();
    await run(sql, 'SET LOCAL lock_timeout = 0');
    await run(sql, 'SET LOCAL statement_timeout = 0');
    await run(sql, 'SET LOCAL idle_in_transaction_session_timeout = 0');
    await run(sql, 'SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await database.migrator.up();
  });
}

const outside = new WeakMap<Database, Sql>();

/** A connection outside a transaction. */
export function sqlOf(database: Database): Sql {
  let sql = outside.get(database);
  if (sql === undefined) {
    sql = database.em.fork().getKysely<unknown>();
    outside.set(database, sql);
  }
  return sql;
}

/** Runs one statement with $1, $2 … bound; answers with its rows. */
export async function run<Row>(sql: Sql, text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
  const { rows } = await sql.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]));
  return rows;
}

/** unique_violation, deadlock_detected, lock_not_available, serialization_failure */
const CONFLICTS = new Set(['23505', '40P01', '55P03', '40001']);
/** Data exceptions and broken constraints: what was to be written is at fault. */
const REFUSALS = /^(22|23)/;

/**
 * Runs a READ COMMITTED transaction. Statements that are begun together, as by `Promise.all`, are sent at once and run in the
 * order in which they were begun: the first that fails is the first to be told of, and none comes after the end. The ORM's
 * own `transactional` would keep the connection for ever where the rollback fails too, as it does once the server has ended
 * the session.
 *
 * @throws StoreConflictError where another transaction got in the way, StoreRefusalError where a rule of a table is broken
 */
export async function inTransaction<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  try {
    return await sqlOf(database).transaction().setIsolationLevel('read committed').execute(work);
  } catch (error) {
    const state = sqlState(error);
    if (CONFLICTS.has(state)) throw new StoreConflictError((error as Error).message, { cause: error });
    if (REFUSALS.test(state)) throw new StoreRefusalError((error as Error).message, { cause: error });
    throw error;
  }
}

/** SQLSTATE classes and codes that say that the server is away, going, or full: connection, resources, shutdown, cancel. */
const OUTAGE_STATES = /^(08|53|57P|57014)/;
const OUTAGE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const OUTAGE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** The problem of an error that says that the database can't be reached now; null where it says something else. */
export function databaseOutage(error: unknown): ProblemError | null {
  for (const cause of causesOf(error)) {
    const code = textOf(cause.code);
    if (OUTAGE_CODES.has(code) || OUTAGE_STATES.test(code) || OUTAGE_MESSAGES.test(textOf(cause.message))) {
      return unavailable('the database can not be reached', error);
    }
  }
  return null;
}

/** Not every code is text: a DOMException has a number. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

interface Cause {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly previous?: unknown;
}

/** An error, then what caused it. */
function* causesOf(error: unknown): Generator<Cause> {
  for (let cause = error; typeof cause === 'object' && cause !== null; ) {
    const known: Cause = cause;
    yield known;
    cause = known.cause ?? known.previous;
  }
}

function sqlState(error: unknown): string {
  for (const cause of causesOf(error)) {
    const code = textOf(cause.code);
    if (/^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return '';
}
