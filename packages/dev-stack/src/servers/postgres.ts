/**
 * PostgreSQL from its npm programs, without an engine: one data folder, listening on 127.0.0.1 alone, asking for a
 * password from everybody. Killed with -9 it is started again on the same data: PostgreSQL recovers by itself, but
 * refuses to start while processes of its former life still hold the shared memory, and is then simply tried again.
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
import { reachable, serverUser } from '../state-dir.ts';
import { postgresPrograms } from './postgres-programs.ts';

const readyTimeoutMs = 60_000;
const initTimeoutMs = 120_000;
const connectTimeoutMs = 2_000;

/** The database superuser of every server that we start. */
export const superuser = 'postgres';

export interface PostgresOptions {
  /** The folder of the stack's state: data go to `postgres/` in it, the log to `logs/`. */
  dir: string;
  port: number;
  password: string;
  /** On: a commit survives a power cut. Off: it survives the death of a process, and no more. */
  fsync: boolean;
  /** Not kept for another start. */
  isTemporary?: boolean;
  /** More settings, as `name=value`. */
  more?: readonly string[];
  guard: Guard;
  log: Log;
}

/** Where the data of a stack are, which is not always below its folder (see state-dir.ts). */
export function postgresDataDir(dir: string): string {
  return reachable(join(dir, 'postgres'), 'data');
}

/** There, and beside it where they are made. */
export const postgresDataDirs = (dir: string): string[] => {
  const data = postgresDataDir(dir);
  return [data, partOf(data), passwordFileOf(data)];
};

const partOf = (data: string): string => `${data}.part`;
const passwordFileOf = (data: string): string => `${partOf(data)}.password`;

/** Makes the data folder if there is none yet, and answers the program that serves it. */
export async function embeddedPostgres(options: PostgresOptions): Promise<Program> {
  const { dir, port, password, fsync, more = [], guard, log } = options;
  const programs = postgresPrograms();
  const data = postgresDataDir(dir);
  if (!existsSync(data))
    await step(log, 'PostgreSQL: making the data folder', () => initialise(options, programs, data));
  else await endFormerLife(data);
  const url = adminUrl('127.0.0.1', port, password);
  return {
    name: 'PostgreSQL',
    start: () =>
      guard.spawn({
        command: join(programs, 'bin/postgres'),
        args: ['-D', data, ...[...settings(port, fsync), ...more].flatMap((setting) => ['-c', setting])],
        user: serverUser(),
        cwd: '/',
        logFile: join(dir, 'logs/postgres.log'),
        ladder: ladders.postgres,
      }),
    ready: () => postgresReady(url, join(dir, 'logs/postgres.log')),
  };
}

/** The superuser's URL. */
export function adminUrl(host: string, port: number, password: string): string {
  return `postgres://${superuser}:${password}@${host}:${port}/postgres`;
}

/** Settles when the server answers a query; rejects at once if it knows another password. */
export async function postgresReady(url: string, logFile: string): Promise<void> {
  let refusal: unknown;
  const ready = await poll(async () => {
    refusal = await ask(url).catch((error: unknown) => error);
    return refusal === undefined || isWrongPassword(refusal);
  }, readyTimeoutMs);
  if (isWrongPassword(refusal))
    throw new Error(
      "PostgreSQL's data were made with another password than the one kept here: begin anew with --fresh",
    );
  if (!ready) throw new Error(`PostgreSQL was not ready within ${readyTimeoutMs / 1000} s: see ${logFile}`);
}

async function ask(url: string): Promise<undefined> {
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

/** Text is sorted by code point on every machine, whatever languages it has. */
export const initdbArguments = [
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
];

/** What every PostgreSQL that we start is told, in a container too. */
export function serverSettings(fsync: boolean): string[] {
  const durability = fsync ? ['fsync=on'] : ['fsync=off', 'full_page_writes=off'];
  return [
    'max_connections=300',
    'shared_buffers=256MB',
    'max_wal_size=2GB',
    'log_min_messages=warning',
    // Without the rows that break a rule, whose values are not for a log.
    'log_error_verbosity=terse',
    'timezone=UTC',
    ...durability,
  ];
}

async function initialise({ dir, password, guard }: PostgresOptions, programs: string, data: string) {
  const part = partOf(data); // not synced: one that is cut short is made anew
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
  const how = await guard.run(initdb, initTimeoutMs).finally(() => rmSync(passwordFile, { force: true }));
  if (how !== 'exited with 0') throw new Error(`PostgreSQL's initdb ${how}: ${readFileSync(logFile, 'utf8').trim()}`);
  renameSync(part, data);
}

/**
 * What `postmaster.pid` of an earlier start names is, where it was started on these data, a server of which nobody knows any more:
 * it is stopped. If the pid belongs to something else by now, perhaps to another PostgreSQL, ours would wait for that one for
 * ever, so the file is removed.
 */
async function endFormerLife(data: string) {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return;
  if (!argumentsOf(pid).includes(data)) return rmSync(file);
  const gone = poll(() => !isAlive(pid), readyTimeoutMs);
  await climb(hurried(ladders.postgres), (signal) => sendSignal(pid, signal), gone);
}
