/**
 * Indexes that are built beside the traffic. A statement that locks a busy table must take moments, and to build an index of a
 * large one takes long: so it is built concurrently, which no transaction can hold, and so no migration.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';
import { poolOf } from './sql.ts';

export interface Index {
  readonly name: string;
  /** What follows `ON`: the table, its columns, and which of its rows. */
  readonly on: string;
}

/** Any number but that of migrations, the same in every replica of a service. */
const BUILD_LOCK = 7_305_512;
const LOCK_POLL_MS = 250;

/**
 * Builds those that are not there, one after the other, and answers with their names. Replicas may start together: one builds,
 * the others wait. What a build that was broken off has left is built anew.
 *
 * @param onBuild is told before each: of a large table one may take long
 */
export async function buildIndexes(
  database: Database,
  indexes: readonly Index[],
  onBuild: (index: Index) => void = () => {},
): Promise<string[]> {
  if (indexes.length === 0) return [];
  const client = await (await poolOf(database)).connect();
  let failure: Error | undefined;
  try {
    await client.query('SET lock_timeout = 0');
    await lock(client);
    const built: string[] = [];
    for (const index of indexes) if (await build(client, index, onBuild)) built.push(index.name);
    return built;
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    // With its session the connection gives up the lock.
    client.release(failure ?? true);
  }
}

/** Asks again and again: a build waits for whoever waits in a statement, and would wait for its own lock. */
async function lock(client: PoolClient): Promise<void> {
  const text = `SELECT pg_try_advisory_lock(${BUILD_LOCK}) AS held`;
  while (!(await client.query<{ held: boolean }>(text)).rows[0]?.held) await delay(LOCK_POLL_MS);
}

async function build(client: PoolClient, index: Index, onBuild: (index: Index) => void): Promise<boolean> {
  const { name, on } = index;
  const text = 'SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)';
  const [found] = (await client.query<{ valid: boolean }>(text, [name])).rows;
  if (found?.valid === true) return false;
  onBuild(index);
  if (found !== undefined) await client.query(`DROP INDEX CONCURRENTLY ${name}`);
  await client.query(`CREATE INDEX CONCURRENTLY ${name} ON ${on}`);
  return true;
}
