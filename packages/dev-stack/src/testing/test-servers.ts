/**
 * One PostgreSQL and one Kafka for a whole test run. The jest process starts them, and its workers find them through
 * the environment. Their data are in a temporary folder, which the guard removes even if jest is killed.
 *
 * If MO_TEST_ADMIN_URL (a PostgreSQL superuser) and MO_TEST_KAFKA_BROKERS are already set, nothing is started.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Guard } from '../processes/guard.ts';
import { elapsedLog } from '../progress.ts';
import type { MadeDatabaseUrls } from '../servers/databases.ts';
import { createNamedDatabases, type Servers, startServers } from '../servers/start-servers.ts';

const adminUrlVariable = 'MO_TEST_ADMIN_URL';
const brokersVariable = 'MO_TEST_KAFKA_BROKERS';
const dirVariable = 'MO_TEST_DIR';

let running: { servers: Servers; guard: Guard } | undefined;

export interface TestServers extends Servers {
  adminUrl: string;
  brokers: string[];
  /** A folder that is removed after the run. */
  dir: string;
  createDatabases(name: string): Promise<MadeDatabaseUrls>;
}

/** The servers of this test run, for use in a test. */
export function testServers(): TestServers {
  const adminUrl = process.env[adminUrlVariable];
  const brokers = process.env[brokersVariable];
  if (!adminUrl || !brokers)
    throw new Error(
      'no test servers: this test runs in the project "unit", or jest did not read the root configuration',
    );
  const refuse = () =>
    Promise.reject(new Error('these servers are shared with other tests: start your own to stop Kafka'));
  return {
    adminUrl,
    brokers: brokers.split(','),
    dir: process.env[dirVariable] ?? tmpdir(),
    postgres: { adminUrl, pid: null },
    kafka: { brokers: brokers.split(','), pid: null, stop: refuse, start: refuse },
    createDatabases: (name) => createNamedDatabases(adminUrl, name),
    stop: () => Promise.resolve(),
  };
}

/** Starts the servers of a test run. Jest calls it once, if a selected test needs them. */
export async function startTestServers(): Promise<void> {
  if (process.env[adminUrlVariable] && process.env[brokersVariable]) return;
  const guard = await Guard.start();
  const dir = mkdtempSync(join(tmpdir(), 'mo-test-'));
  // The environment may name databases in use: tests never write to those.
  const env = { MO_SERVERS: process.env.MO_SERVERS };
  const log = elapsedLog((line) => console.error(line));
  const servers = await startServers({ dir, fsync: false, isTemporary: true, guard, env, log });
  running = { servers, guard };
  process.env[adminUrlVariable] = servers.postgres.adminUrl!;
  process.env[brokersVariable] = servers.kafka.brokers.join(',');
  process.env[dirVariable] = dir;
}

/** Stops the servers that `startTestServers` started. */
export async function stopTestServers(): Promise<void> {
  await running?.servers.stop();
  await running?.guard.close();
}
