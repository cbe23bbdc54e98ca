/**
 * The supervisor: starts the servers, then the services from their sources, and keeps all of it running until it is
 * told to stop. `npm start` and the system tests run this very function.
 */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Detour } from '../detour.ts';
import { checkPorts } from '../ports.ts';
import { Guard } from '../processes/guard.ts';
import type { Log } from '../progress.ts';
import { chooseServers, readServerFiles } from '../servers/choose.ts';
import { type DatabaseUrls, databaseOwners } from '../servers/databases.ts';
import { removeLabelled } from '../servers/engine.ts';
import { type Servers, startServers } from '../servers/start-servers.ts';
import { makeStateDir } from '../state-dir.ts';
import { apiKey } from './api-key.ts';
import { deleteData } from './fresh.ts';
import { makeIdentities } from './identities.ts';
import { takeLock } from './lock.ts';
import { environmentsOf, fixedPlan, freePlan, mainOf, type Plan, type ServiceName, serviceNames } from './plan.ts';
import { onceEach, type Replicas, type Replicated } from './replicas.ts';
import { Services } from './services.ts';
import { removeStackFile, type ServiceEntry, type StackFile, writeStackFile } from './stack-file.ts';

export interface StackOptions {
  /** The folder for data, logs and secrets. */
  dir: string;
  /** One process of each service by default. */
  replicas?: Partial<Replicas>;
  /** Added to the environment of this process, for the services and for the choice of the servers. */
  env?: NodeJS.ProcessEnv;
  /** On by default. */
  fsync?: boolean;
  /** Deletes the folder, which must be a new one, and data that are elsewhere, once all has stopped, however this process ends. */
  isTemporary?: boolean;
  /** Servers that run already and go on running; by default the stack has its own. */
  servers?: Servers;
  /** `free`, the default, takes ports that nobody uses; `fixed` those of the environment or the usual ones. */
  ports?: 'free' | 'fixed';
  /** Deletes the data of earlier runs first. */
  fresh?: boolean;
  log?: Log;
  /** Gives up while starting, and leaves nothing running. */
  signal?: AbortSignal;
  /** The file that a service is started from. */
  mainOf?: (service: ServiceName) => string;
  /** Leads the connections between the processes, and to the servers, which must be embedded ones of the stack's own. */
  detour?: Detour;
}

export interface Stack {
  /** The folder for data, logs and secrets. */
  readonly dir: string;
  /** The gateway's URL. */
  readonly url: string;
  readonly apiKey: string;
  /** What runs now, as in `stack.json`. */
  stack(): StackFile;
  /** Stops all in order. Once `hurry` is aborted it takes a second or two. */
  stop(hurry?: AbortSignal): Promise<void>;
  readonly kafka: Pick<Servers['kafka'], 'stop' | 'start'>;
}

/** Starts the whole system and settles when every process is ready. Rejects, having stopped all, if one is not. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = resolve(options.dir);
  const log: Log = (line) => options.signal?.aborted || options.log?.(line);
  makeStateDir(dir);
  const guard = await Guard.start();
  const launch = new Launch({ ...options, dir, log, env: { ...process.env, ...options.env } }, guard);
  try {
    return await unlessAborted(() => launch.run(), options.signal);
  } catch (error) {
    if (options.signal?.aborted) await guard.close(); // which ends everything at once
    await launch.undo();
    throw error;
  }
}

async function unlessAborted<T>(begin: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const givenUp = new Error('given up');
  if (signal?.aborted) throw givenUp;
  const aborted = Promise.withResolvers<never>();
  signal?.addEventListener('abort', () => aborted.reject(givenUp), { once: true });
  return Promise.race([begin(), aborted.promise]);
}

/** The start as a story, which remembers how to undo each step, in reverse. */
class Launch {
  readonly #options: StackOptions & { log: Log; env: NodeJS.ProcessEnv };
  readonly #guard: Guard;
  readonly #undo: (() => unknown)[] = [];
  #hurry: AbortSignal | undefined;
  #leftContainers: readonly string[] = [];

  constructor(options: StackOptions & { log: Log; env: NodeJS.ProcessEnv }, guard: Guard) {
    this.#options = options;
    this.#guard = guard;
  }

  async run(): Promise<Stack> {
    const { dir, log, env } = this.#options;
    const unlock = await takeLock(dir, this.#guard.pid).catch(async (error) => {
      await this.#guard.close();
      throw error;
    });
    this.#undo.push(unlock);
    this.#undo.push(() => this.#guard.close());
    if (this.#options.isTemporary) await this.#guard.removeAtEnd(dir); // not before it is ours
    this.#leftContainers = await this.#guard.takeOver(join(dir, 'running.json'));
    removeStackFile(dir); // of a supervisor that was killed
    this.#undo.push(() => removeStackFile(dir));

    let announce = () => {};
    const plan = await this.#plan();
    const servers = this.#options.servers ?? (await this.#startServers(plan, () => announce()));
    const databases = await servers.createDatabases(this.#options.servers ? 'stack' : '');
    const { key, keysFile } = apiKey(dir);
    await makeIdentities(dir, serviceNames);
    const given = { env, dir, brokers: servers.kafka.brokers, databases, keysFile };
    const environments = await environmentsOf(plan, given, this.#options.detour);

    log(`starting ${plan.replicas.map(({ name }) => name).join(', ')} …`);
    const services = await Services.start(plan.replicas, {
      dir,
      guard: this.#guard,
      log,
      environmentOf: (replica) => environments.get(replica)!,
      mainOf: this.#options.mainOf ?? mainOf,
      onPid: () => announce(),
    });
    this.#undo.push(() => services.stop(this.#hurry));
    const describe = () => stackFile(services, servers, databases, key);
    announce = () => announceIn(dir, describe(), log);
    announce();
    await services.ready();

    return {
      dir,
      url: describe().gateway.url,
      apiKey: key,
      stack: describe,
      stop: (hurry) => this.undo(hurry),
      kafka: servers.kafka,
    };
  }

  async undo(hurry?: AbortSignal): Promise<void> {
    this.#hurry = hurry;
    for (let step = this.#undo.pop(); step; step = this.#undo.pop()) await step();
  }

  /** Decides on servers and ports, before anything is started that could be in the way of something else. */
  async #plan(): Promise<Plan> {
    const { dir, log, env, servers, ports, fresh } = this.#options;
    const replicas = { ...onceEach, ...this.#options.replicas };
    if (servers) {
      env.TOPIC_PREFIX ??= `mo-${randomBytes(4).toString('hex')}`; // others use this broker too
      return freePlan(env, replicas);
    }
    if (env.API_KEYS || env.API_KEYS_FILE)
      log(`API_KEYS and API_KEYS_FILE are left out here: the keys of this stack are in ${join(dir, 'api-keys')}`);
    readServerFiles(env);
    const choice = await chooseServers(env, dir, log);
    // Theirs are the volumes that ours would write to.
    if ([choice.postgres.kind, choice.kafka.kind].includes('containers'))
      for (const label of this.#leftContainers) await removeLabelled(label);
    if (choice.postgres.kind === 'environment' && !env.WEBHOOKS_DATABASE_URL) replicas.webhooks = 0;
    const plan = await (ports === 'fixed' ? fixedPlan(env, replicas, choice) : freePlan(env, replicas));
    await checkPorts(plan.needed);
    if (fresh) await deleteData(dir, choice);
    return { ...plan, choice };
  }

  async #startServers({ choice, servers: ports }: Plan, onPid: () => void): Promise<Servers> {
    const { dir, log, fsync = true, isTemporary = false, env, detour } = this.#options;
    const guard = this.#guard;
    const servers = await startServers({
      dir,
      fsync,
      isTemporary,
      log,
      env,
      ports,
      guard,
      onPid,
      detour,
      ...(choice && { choice }),
    });
    this.#undo.push(() => servers.stop(this.#hurry));
    return servers;
  }
}

/** What runs goes on, and is stopped, where a full disk keeps the file from being written. */
function announceIn(dir: string, stack: StackFile, log: Log): void {
  try {
    writeStackFile(dir, stack);
  } catch (error) {
    log(`stack.json could not be written: ${(error as Error).message}`);
  }
}

function stackFile(services: Services, servers: Servers, databases: DatabaseUrls, key: string): StackFile {
  const entryOf = (owner: Replicated): ServiceEntry => {
    const replicas = services.entriesOf(owner);
    return { ...replicas[0]!, databaseUrl: databases[owner]!, replicas };
  };
  const [customers, loans, payments] = databaseOwners.map(entryOf);
  const { gateway } = databases;
  const webhooks = entryOf('webhooks');
  return {
    gateway: { ...services.entriesOf('gateway')[0]!, ...(gateway && { databaseUrl: gateway }) },
    customers: customers!,
    loans: loans!,
    payments: payments!,
    ...(webhooks.replicas.length > 0 && { webhooks }),
    postgres: { pid: servers.postgres.pid },
    kafka: { brokers: servers.kafka.brokers, pid: servers.kafka.pid },
    apiKey: key,
  };
}
