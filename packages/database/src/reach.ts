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
 * @throws UnreachedError if it cannot be reached in time; StartError at once if it refuses the connection
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
  try {
    await tryUntil(
      database,
      `${variableOf(service)}: no connection to ${addressIn(connection.url)}`,
      logger,
      waitMsMax,
    );
  } finally {
    await database.close();
  }
}

async function tryUntil(database: Database, what: string, logger: Logger, waitMsMax: number): Promise<void> {
  const startMs = performance.now();
  let remindAtMs = startMs;
  for (;;) {
    const failure = await failureOf(database);
    if (failure === null) return;
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

async function failureOf(database: Database): Promise<unknown> {
  try {
    await run(sqlOf(database), 'SELECT 1');
    return null;
  } catch (error) {
    return error;
  }
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
