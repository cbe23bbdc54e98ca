/**
 * Builds indexes while their tables are in use. A busy table may be locked only for moments, but building the index of
 * a large table takes long. So indexes are built concurrently, which is impossible in a transaction, and so in a
 * migration.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { Database } from './database.ts';
import { type Fill, fill } from './fill.ts';
import { poolOf } from './sql.ts';

export interface Index {
  readonly name: string;
  /** The text after `ON`: the table, its columns, and the condition of a partial index. */
  readonly on: string;
  /** A change of rows that are already there, made before the index is built. */
  readonly after?: Fill;
  /** The index that this one replaces; it is dropped once this one is valid. */
  readonly replaces?: string;
}

/** Any number except that of the migrations, the same in every replica of a service. */
const BUILD_LOCK = 7_305_512;
const LOCK_POLL_MS = 250;

/**
 * Builds the missing indexes one after the other, and returns their names. Replicas may start together: one builds, the
 * others wait. An index that an interrupted build left invalid is dropped and built again. Replaced indexes are dropped.
 *
 * @param onBuild called before each build, because a build may take long
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
    for (const index of indexes) {
      if (await build(client, index, onBuild)) built.push(index.name);
      if (index.replaces !== undefined) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${index.replaces}`);
    }
    return built;
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    // Closing the session releases the lock.
    client.release(failure ?? true);
  }
}

/** Polls: a concurrent build waits for running statements, so a replica that waited in one would block the build. */
async function lock(client: PoolClient): Promise<void> {
  const text = `SELECT pg_try_advisory_lock(${BUILD_LOCK}) AS held`;
  while (!(await client.query<{ held: boolean }>(text)).rows[0]?.held) await delay(LOCK_POLL_MS);
}

async function build(client: PoolClient, index: Index, onBuild: (index: Index) => void): Promise<boolean> {
  const { name, on, after } = index;
  const text = 'SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)';
  const [found] = (await client.query<{ valid: boolean }>(text, [name])).rows;
  if (found?.valid === true) return false;
  onBuild(index);
  if (after !== undefined) await fill(client, after);
  if (found !== undefined) await client.query(`DROP INDEX CONCURRENTLY ${name}`);
  await client.query(`CREATE INDEX CONCURRENTLY ${name} ON ${on}`);
  return true;
}
