/** Starts PostgreSQL and Kafka of the chosen kinds for one stack, and keeps them running. */
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
import { createDatabases, type DatabaseUrls, type MadeDatabaseUrls, revokePublicConnect } from './databases.ts';
import { embeddedKafka } from './kafka.ts';
import { adminUrl, embeddedPostgres, postgresDataDirs, superuser } from './postgres.ts';
import { newPassword, passwords } from './secrets.ts';

export interface ServersOptions {
  /** The folder for data, passwords and logs. */
  dir: string;
  /** On for data worth keeping. Off makes tests faster, and a container's data are removed with it. */
  fsync: boolean;
  /**
   * Deletes the folder, which must be new, and data outside it after everything has stopped, however this process ends.
   */
  isTemporary?: boolean;
  log?: Log;
  /** Variables that may name servers (see choose.ts); the environment of this process by default. */
  env?: NodeJS.ProcessEnv;
  /** Free ports by default. Kafka's controller uses the port after the broker's. */
  ports?: { postgres: number; kafka: number };
  /** By default a separate guard, which ends with `stop`. */
  guard?: Guard;
  /** The choice of servers, if already made (see choose.ts). */
  choice?: Choice;
  /** Routes the connections to Kafka. The caller routes those to PostgreSQL in its URLs. Embedded servers only. */
  detour?: Detour | undefined;
  /** Additional settings. Embedded servers only. */
  settings?: ServerSettings;
  /** Called after each change of a server's pid. */
  onPid?: () => void;
}

interface ServerSettings {
  /** Each as `name=value`. */
  postgres?: readonly string[];
  kafka?: Readonly<Record<string, string>>;
  /** Additional arguments for formatting Kafka's data folder. */
  kafkaFormat?: readonly string[];
}

export interface Servers {
  readonly postgres: {
    /** The superuser's URL; null if the databases are configured by the environment. */
    readonly adminUrl: string | null;
    /** The postmaster's pid; null if the databases are configured by the environment. */
    readonly pid: number | null;
  };
  readonly kafka: {
    readonly brokers: string[];
    /** The JVM's pid; null if the broker is configured by the environment. */
    readonly pid: number | null;
    /** Stops the broker until `start`, to simulate an outage. */
    stop(): Promise<void>;
    /** Restarts the broker on the same port and data; settles when it is ready. */
    start(): Promise<void>;
  };
  /**
   * Creates a database and a role for each service, with a unique name that contains `name`; `''` creates the stack's
   * own, which are kept. Databases configured by the environment are returned unchanged.
   */
  createDatabases(name: string): Promise<DatabaseUrls>;
  /** Stops the servers that were started, Kafka first. Aborting `hurry` shortens this to 1–2 s. */
  stop(hurry?: AbortSignal): Promise<void>;
}

/** Starts the servers and settles when they are ready. If one fails, stops all of them and rejects. */
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
      throw new Error('additional settings require embedded servers');
    if (options.isTemporary) for (const folder of foldersOf(dir, choice)) await guard.removeAtEnd(folder);
    const context = { ...options, dir, log, guard };
    const [postgres, kafka] = await settled([
      startPostgres(choice, context, keepers),
      startKafka(choice, context, keepers),
    ]);
    storeKind(dir, choice);
    return { postgres, kafka, createDatabases: (name) => databases(choice, dir, postgres.adminUrl, name), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The folders with the servers' data. Temporary containers have their data inside. */
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
  const extraSettings = context.settings?.postgres ?? [];
  const program = await make({ ...context, port, password, extraSettings });
  const keeper = await startKeeper(program, context, keepers, 'unshift');
  const host = choice.kind === 'containers' ? await containerHost() : '127.0.0.1';
  const url = adminUrl(host, port, password);
  await revokePublicConnect(url);
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
    const refuse = () =>
      Promise.reject(new Error('Kafka is configured by the environment: this stack cannot stop or start it'));
    return { brokers: choice.brokers, pid: null, stop: refuse, start: refuse };
  }
  const port = context.ports?.kafka ?? (await freePort(2));
  const make = choice.kind === 'containers' ? containerKafka : embeddedKafka;
  if (context.detour && choice.kind === 'containers') throw new Error('a detour requires embedded servers');
  const advertisedPort = (await context.detour?.({ from: 'everybody', to: 'kafka', port })) ?? port;
  const extra = { settings: context.settings?.kafka ?? {}, formatArguments: context.settings?.kafkaFormat ?? [] };
  const program = await make({ ...context, ...extra, port, advertisedPort });
  const keeper = await startKeeper(program, context, keepers, 'push');
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

/** Kafka is placed last so that it stops first, whichever of the two is ready first. */
async function startKeeper(program: Program, { log, onPid }: Context, keepers: Keeper[], where: 'push' | 'unshift') {
  const keeper = new Keeper(program, { log, onPid: () => onPid?.() });
  keepers[where](keeper);
  await keeper.start();
  await keeper.ready();
  return keeper;
}

function storeKind(dir: string, { postgres, kafka }: Choice) {
  const kind = [postgres.kind, kafka.kind].find((each) => each !== 'environment');
  if (kind) writeAtomically(kindFile(dir), `${JSON.stringify({ kind })}\n`);
}

function databases({ postgres: choice }: Choice, dir: string, url: string | null, name: string): Promise<DatabaseUrls> {
  if (choice.kind === 'environment') return Promise.resolve(choice.urls);
  return name === '' ? createDatabases(url!, '', passwords(dir)) : createNamedDatabases(url!, name);
}

/** Databases for one test. Their names contain `name` and a random part; their passwords are not stored. */
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

/** Like Promise.all, but waits for both before it rejects, so that everything they started can be stopped. */
async function settled<A, B>(both: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(both);
  return Promise.all(both);
}
