/** Starts PostgreSQL and Kafka for one stack, wherever they come from, and keeps them running. */
import { resolve } from 'node:path';
import type { Detour } from '../detour.ts';
import { freePort } from '../ports.ts';
import { Guard } from '../processes/guard.ts';
import { Keeper, type Program } from '../processes/keeper.ts';
import type { Log } from '../progress.ts';
import { makeStateDir, writeAtomically } from '../state-dir.ts';
import { type Choice, chooseServers, kindFile } from './choose.ts';
import { containerHost } from './container.ts';
import { containerKafka, containerPostgres } from './containers.ts';
import { closeOwnDatabases, createDatabases, type DatabaseUrls, type MadeDatabaseUrls } from './databases.ts';
import { embeddedKafka } from './kafka.ts';
import { adminUrl, embeddedPostgres, postgresDataDirs, superuser } from './postgres.ts';
import { newPassword, passwords } from './secrets.ts';

export interface ServersOptions {
  /** The folder for data, passwords and logs. */
  dir: string;
  /** On for data that are worth keeping; off makes tests quicker, and containers take their data with them. */
  fsync: boolean;
  /**
   * Deletes the folder, which must be a new one, and data that are elsewhere, once all has stopped, however this process ends.
   */
  isTemporary?: boolean;
  log?: Log;
  /** Where servers may be named (see choose.ts); the environment of this process by default. */
  env?: NodeJS.ProcessEnv;
  /** Free ones by default. Kafka's controller takes the port after the broker's. */
  ports?: { postgres: number; kafka: number };
  /** One of our own by default, which ends with `stop`. */
  guard?: Guard;
  /** Where the servers come from, if that is decided already (see choose.ts). */
  choice?: Choice;
  /** Leads the connections to Kafka; those to PostgreSQL are for whoever passes its URLs on. Embedded servers only. */
  detour?: Detour | undefined;
  /** What a server is told beside what each is. Embedded servers only. */
  settings?: ServerSettings;
  /** Called whenever a server got another pid. */
  onPid?: () => void;
}

export interface ServerSettings {
  /** As `name=value`. */
  postgres?: readonly string[];
  kafka?: Readonly<Record<string, string>>;
  /** More arguments for the formatting of Kafka's data folder. */
  kafkaFormat?: readonly string[];
}

export interface Servers {
  readonly postgres: {
    /** The superuser's URL; null where the databases come from the environment. */
    readonly adminUrl: string | null;
    /** The postmaster's pid; null where the databases come from the environment. */
    readonly pid: number | null;
  };
  readonly kafka: {
    readonly brokers: string[];
    /** The JVM's pid; null where the broker comes from the environment. */
    readonly pid: number | null;
    /** Takes the broker away until `start`, as an outage would. */
    stop(): Promise<void>;
    /** Brings the broker back, on the same port and data; settles when it is ready. */
    start(): Promise<void>;
  };
  /**
   * Makes a database and a role for each service, with a name that nobody else has; `''` makes the stack's own,
   * which are kept. Where the databases come from the environment, those are the answer.
   */
  createDatabases(name: string): Promise<DatabaseUrls>;
  /** Stops what was started, Kafka first. Once `hurry` is aborted it takes a second or two. */
  stop(hurry?: AbortSignal): Promise<void>;
}

const outside = 'comes from the environment: it is not ours to stop or start';

/** Starts the servers and settles when they are ready. Rejects, having stopped all, if one of them cannot be had. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const dir = resolve(options.dir);
  const log = options.log ?? (() => {});
  makeStateDir(dir);
  const guard = options.guard ?? (await Guard.start());
  const keepers: Keeper[] = [];
  const stop = async (hurry?: AbortSignal) => {
    for (const keeper of keepers.toReversed()) await keeper.stop(hurry);
    if (!options.guard) await guard.close();
  };
  try {
    const choice = options.choice ?? (await chooseServers(options.env ?? process.env, dir, log));
    if (options.settings && (choice.postgres.kind !== 'embedded' || choice.kafka.kind !== 'embedded'))
      throw new Error('only embedded servers take more settings');
    if (options.isTemporary) for (const folder of foldersOf(dir, choice)) await guard.removeAtEnd(folder);
    const context = { ...options, dir, log, guard };
    const [postgres, kafka] = await settled([
      startPostgres(choice, context, keepers),
      startKafka(choice, context, keepers),
    ]);
    rememberKind(dir, choice);
    return { postgres, kafka, createDatabases: (name) => databases(choice, dir, postgres.adminUrl, name), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where servers keep what they have; containers that are temporary have it in themselves. */
const foldersOf = (dir: string, { postgres }: Choice): string[] =>
  postgres.kind === 'embedded' ? [dir, ...postgresDataDirs(dir)] : [dir];

type Context = ServersOptions & { dir: string; log: Log; guard: Guard };

async function startPostgres(
  { postgres: choice }: Choice,
  context: Context,
  keepers: Keeper[],
): Promise<Servers['postgres']> {
  if (choice.kind === 'environment') return { adminUrl: null, pid: null };
  const password = passwords(context.dir)(superuser);
  const port = context.ports?.postgres ?? (await freePort());
  const make = choice.kind === 'containers' ? containerPostgres : embeddedPostgres;
  const more = context.settings?.postgres ?? [];
  const keeper = await keep(await make({ ...context, port, password, more }), context, keepers, 'unshift');
  const host = choice.kind === 'containers' ? await containerHost() : '127.0.0.1';
  const url = adminUrl(host, port, password);
  await closeOwnDatabases(url);
  context.log(`PostgreSQL is ready at ${host}:${port}`);
  return {
    adminUrl: url,
    get pid() {
      return keeper.pid;
    },
  };
}

async function startKafka({ kafka: choice }: Choice, context: Context, keepers: Keeper[]): Promise<Servers['kafka']> {
  if (choice.kind === 'environment') {
    const refuse = () => Promise.reject(new Error(`Kafka ${outside}`));
    return { brokers: choice.brokers, pid: null, stop: refuse, start: refuse };
  }
  const port = context.ports?.kafka ?? (await freePort(2));
  const make = choice.kind === 'containers' ? containerKafka : embeddedKafka;
  if (context.detour && choice.kind === 'containers')
    throw new Error('only embedded servers can be led to by a detour');
  const advertisedPort = (await context.detour?.({ from: 'everybody', to: 'kafka', port })) ?? port;
  const more = { settings: context.settings?.kafka ?? {}, formatArguments: context.settings?.kafkaFormat ?? [] };
  const keeper = await keep(await make({ ...context, ...more, port, advertisedPort }), context, keepers, 'push');
  const host = choice.kind === 'containers' ? await containerHost() : '127.0.0.1';
  context.log(`Kafka is ready at ${host}:${advertisedPort}`);
  return {
    brokers: [`${host}:${advertisedPort}`],
    get pid() {
      return keeper.pid;
    },
    stop: () => keeper.stop(),
    start: async () => {
      await keeper.start();
      await keeper.ready();
    },
  };
}

/** Kafka is put last, so that it stops first, whichever of the two is ready first. */
async function keep(program: Program, { log, onPid }: Context, keepers: Keeper[], where: 'push' | 'unshift') {
  const keeper = new Keeper(program, { log, onPid: () => onPid?.() });
  keepers[where](keeper);
  await keeper.start();
  await keeper.ready();
  return keeper;
}

function rememberKind(dir: string, { postgres, kafka }: Choice) {
  const kind = [postgres.kind, kafka.kind].find((each) => each !== 'environment');
  if (kind) writeAtomically(kindFile(dir), `${JSON.stringify({ kind })}\n`);
}

function databases({ postgres: choice }: Choice, dir: string, url: string | null, name: string): Promise<DatabaseUrls> {
  if (choice.kind === 'environment') return Promise.resolve(choice.urls);
  return name === '' ? createDatabases(url!, '', passwords(dir)) : createNamedDatabases(url!, name);
}

/** Databases for one test: their names hold `name` and a random part, their passwords are kept nowhere. */
export function createNamedDatabases(url: string, name: string): Promise<MadeDatabaseUrls> {
  const made = new Map<string, string>();
  const passwordOf = (role: string) => {
    if (!made.has(role)) made.set(role, newPassword());
    return made.get(role)!;
  };
  const suffix = `_${name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, nameLengthMax)}`;
  return createDatabases(
    url,
    `${suffix}_${newPassword()
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .slice(0, 8)
      .toLowerCase()}`,
    passwordOf,
  );
}

const nameLengthMax = 30;

/** Like Promise.all, but waits for the slower one before it rejects, so that what it started can be stopped. */
async function settled<A, B>(both: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(both);
  return Promise.all(both);
}
