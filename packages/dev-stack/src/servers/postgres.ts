/**
 * PostgreSQL from its npm programs, without a docker engine: one data folder, listening on 127.0.0.1 only, with a
 * password for every user. After a kill -9 it is restarted on the same data and recovers automatically. It refuses to
 * start while processes of the previous server still hold the shared memory; the start is then retried.
 */
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Guard } from '../processes/guard.ts';
import type { Program } from '../processes/keeper.ts';
import { climb, hurried, ladders } from '../processes/ladder.ts';
import { poll } from '../processes/poll.ts';
import { argumentsOf, isAlive, sendSignal } from '../processes/proc.ts';
import { type Log, step } from '../progress.ts';
import { reachablePath, serverUser } from '../state-dir.ts';
import { postgresPrograms } from './postgres-programs.ts';

const readyTimeoutMs = 60_000;
const initTimeoutMs = 120_000;
const connectTimeoutMs = 2_000;

/** The superuser of every PostgreSQL server started here. */
export const superuser = 'postgres';

export interface PostgresOptions {
  /** The folder of the stack's state, with the data in `postgres/` and the log in `logs/`. */
  dir: string;
  port: number;
  password: string;
  /** On: a commit survives a power cut. Off: it survives only the death of a process. */
  fsync: boolean;
  /** The data are not kept for another start. */
  isTemporary?: boolean;
  /** Additional settings, as `name=value`. */
  extraSettings?: readonly string[];
  guard: Guard;
  log: Log;
}

/** The data folder of a stack, which is not always below the stack's folder (see state-dir.ts). */
export function postgresDataDir(dir: string): string {
  return reachablePath(join(dir, 'postgres'), 'data');
}

/** The data folder, and the paths next to it that are used during its creation. */
export const postgresDataDirs = (dir: string): string[] => {
  const data = postgresDataDir(dir);
  return [data, partOf(data), passwordFileOf(data)];
};

const partOf = (data: string): string => `${data}.part`;
const passwordFileOf = (data: string): string => `${partOf(data)}.password`;

/** Creates the data folder if it is missing, and returns the program that serves it. */
export async function embeddedPostgres(options: PostgresOptions): Promise<Program> {
  const { dir, port, password, fsync, extraSettings = [], guard, log } = options;
  const programs = postgresPrograms();
  const data = postgresDataDir(dir);
  if (!existsSync(data))
    await step(log, 'PostgreSQL: creating the data folder', () => initialise(options, programs, data));
  else await stopStaleServer(data);
  const url = adminUrl('127.0.0.1', port, password);
  return {
    name: 'PostgreSQL',
    start: () =>
      guard.spawn({
        command: join(programs, 'bin/postgres'),
        args: ['-D', data, ...[...settings(port, fsync), ...extraSettings].flatMap((setting) => ['-c', setting])],
        user: serverUser(),
        cwd: '/',
        logFile: join(dir, 'logs/postgres.log'),
        ladder: ladders.postgres,
      }),
    ready: (signal) => postgresReady(url, join(dir, 'logs/postgres.log'), signal),
  };
}

/** The superuser's URL. */
export function adminUrl(host: string, port: number, password: string): string {
  return `postgres://${superuser}:${password}@${host}:${port}/postgres`;
}

/** Settles when the server answers a query; rejects at once if it refuses the password. */
export async function postgresReady(url: string, logFile: string, signal?: AbortSignal): Promise<void> {
  let lastError: unknown;
  const canTell = async () => {
    lastError = await tryQuery(url).catch((error: unknown) => error);
    return lastError === undefined || isWrongPassword(lastError);
  };
  const isReady = await poll(canTell, readyTimeoutMs, undefined, signal);
  if (isWrongPassword(lastError))
    throw new Error(
      "PostgreSQL's data were created with a password other than the stored one: start from scratch with --fresh",
    );
  if (!isReady) throw new Error(`PostgreSQL was not ready within ${readyTimeoutMs / 1000} s: see ${logFile}`);
}

async function tryQuery(url: string): Promise<undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end().catch(() => {});
  }
}

function isWrongPassword(error: unknown): boolean {
  return (error as { code?: string } | undefined)?.code === '28P01';
}

function settings(port: number, fsync: boolean): string[] {
  return ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', ...serverSettings(fsync)];
}

/** Text is sorted by code point on every machine, regardless of its locales. */
export const initdbArguments = [
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
];

/** The settings of every PostgreSQL server, in a container too. */
export function serverSettings(fsync: boolean): string[] {
  const durability = fsync ? ['fsync=on'] : ['fsync=off', 'full_page_writes=off'];
  return [
    'max_connections=300',
    'shared_buffers=256MB',
    'max_wal_size=2GB',
    'log_min_messages=warning',
    // Omits the rows that violate a constraint: their values must not be in a log.
    'log_error_verbosity=terse',
    'timezone=UTC',
    ...durability,
  ];
}

async function initialise({ dir, password, guard }: PostgresOptions, programs: string, data: string) {
  const part = partOf(data); // not synced: an incomplete one is created again
  const passwordFile = passwordFileOf(data);
  const logFile = join(dir, 'logs/initdb.log');
  for (const path of [part, logFile]) rmSync(path, { recursive: true, force: true });
  mkdirSync(part, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const user = serverUser();
  if (user) for (const path of [part, passwordFile]) chownSync(path, user.uid, user.gid);
  const options = ['-D', part, '-U', superuser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--no-sync'];
  const initdb = {
    command: join(programs, 'bin/initdb'),
    args: [...options, ...initdbArguments],
    env: { PATH: process.env.PATH, TZ: 'UTC' },
    user,
    cwd: '/',
    logFile,
    ladder: ladders.tool,
  };
  const outcome = await guard.run(initdb, initTimeoutMs).finally(() => rmSync(passwordFile, { force: true }));
  if (outcome !== 'exited with 0')
    throw new Error(`PostgreSQL's initdb ${outcome}: ${readFileSync(logFile, 'utf8').trim()}`);
  renameSync(part, data);
}

/**
 * Stops the process in `postmaster.pid` if it is a server on these data, left by an earlier run. If the pid now belongs
 * to another process, possibly another PostgreSQL, the new server would wait for that process forever. So the file is
 * removed.
 */
async function stopStaleServer(data: string) {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return;
  if (!argumentsOf(pid).includes(data)) return rmSync(file);
  const gone = poll(() => !isAlive(pid), readyTimeoutMs);
  await climb(hurried(ladders.postgres), (signal) => sendSignal(pid, signal), gone);
}
