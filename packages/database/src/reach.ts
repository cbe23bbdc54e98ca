/**
 * Waits for the database at the start of a process. Both often start together, and a database that recovers from a
 * crash accepts no connections for a while.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger, StartError } from '@mo/service-kit';
import type { DatabaseConnection } from './connection.ts';
import { type Database, openDatabase } from './database.ts';
import { databaseOutage } from './outage.ts';
import { run, sqlOf } from './sql.ts';

/** How long a start waits. Then the process exits, and its platform starts it again. */
export const REACH_MS_MAX = 60_000;
const RETRY_MS = 1_000;
/** The interval at which the log repeats that the start is waiting. */
const REMIND_MS = 10_000;
/** How long a server that accepted the connection may take to answer. */
const ANSWER_MS_MAX = 5_000;
const PORT_DEFAULT = '5432';
/** The oldest PostgreSQL that has all settings of our statements: `transaction_timeout` is the newest. */
const SERVER_MAJOR_MIN = 17;

/** The answer of a server that can be used. */
interface Server {
  readonly version: string;
  readonly number: number;
  /** The schema of new tables; null if the search path names none that exists. */
  readonly schema: string | null;
}

/** The database could not be reached, but may be reached later. */
export class UnreachedError extends StartError {
  override readonly name = 'UnreachedError';
}

/** The variable that contains the URL of a service's database. */
export const variableOf = (service: string): string => `${service.toUpperCase()}_DATABASE_URL`;

/**
 * Resolves once the database of a service answers.
 *
 * @param waitMsMax 0 for a single attempt
 * @throws UnreachedError if it cannot be reached in time; StartError at once if it refuses the connection, or is a server
 *   or database that cannot be used
 */
export async function reachDatabase(
  service: string,
  connection: DatabaseConnection,
  logger: Logger,
  waitMsMax = REACH_MS_MAX,
): Promise<void> {
  const database = await openDatabase({
    ...connection,
    name: `${service}-start`,
    entities: [],
    migrations: [],
    connectionsMax: 1,
    logger,
    silenceMsMax: ANSWER_MS_MAX,
  });
  const [variable, address] = [variableOf(service), addressIn(connection.url)];
  try {
    const server = await tryUntil(database, `${variable}: no connection to ${address}`, logger, waitMsMax);
    const unfit = whyUnfit(server);
    if (unfit !== null) throw new StartError(`${variable}: ${address} ${unfit}`);
  } finally {
    await database.close();
  }
}

async function tryUntil(database: Database, what: string, logger: Logger, waitMsMax: number): Promise<Server> {
  const startMs = performance.now();
  let remindAtMs = startMs;
  for (;;) {
    const answer = await serverOf(database);
    if (!('failure' in answer)) return answer;
    const { failure } = answer;
    const text = `${what} (${reasonOf(failure)})`;
    if (databaseOutage(failure) === null) throw new StartError(text);
    const nowMs = performance.now();
    const leftMs = startMs + waitMsMax - nowMs;
    if (leftMs <= 0) throw new UnreachedError(waitMsMax === 0 ? text : `${text}, tried for ${waitMsMax / 1000} s`);
    if (nowMs >= remindAtMs) {
      logger.warn(`${text}: trying for another ${Math.ceil(leftMs / 1000)} s`);
      remindAtMs = nowMs + REMIND_MS;
    }
    await delay(Math.min(RETRY_MS, leftMs));
  }
}

async function serverOf(database: Database): Promise<Server | { readonly failure: unknown }> {
  try {
    const [server] = await run<Server>(
      sqlOf(database),
      `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
        current_schema() AS schema`,
    );
    return server as Server;
  } catch (failure) {
    return { failure };
  }
}

/** Why a server or its database cannot be used; null if it can. */
export function whyUnfit({ version, number, schema }: Server): string | null {
  if (number < SERVER_MAJOR_MIN * 10_000) return `is PostgreSQL ${version}, but ${SERVER_MAJOR_MIN} or later is needed`;
  if (schema === null) return 'has no schema for the tables: its search_path names none that exists';
  return null;
}

/** Without the credentials in the URL. */
function addressIn(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname || 'localhost'}:${port || PORT_DEFAULT}`;
}

/** A host name with several addresses fails with an error per address, and without a message of its own. */
function reasonOf(error: unknown): string {
  const { message, errors } = error as Partial<AggregateError>;
  return message || String((errors?.[0] as Error | undefined)?.message ?? error);
}
