/**
 * The supervisor: starts the servers, then the services from their sources, and keeps all of them running until `stop`
 * is called. `npm start` and the system tests both use it.
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
import { checkLogLevel } from './log-level.ts';
import { environmentsOf, fixedPlan, freePlan, mainOf, type Plan, type ServiceName, serviceNames } from './plan.ts';
import { oneEach, type Replicas, type Replicated } from './replicas.ts';
import { Services } from './services.ts';
import { removeStackFile, type ServiceEntry, type StackFile, stackFileOf, writeStackFile } from './stack-file.ts';

export interface StackOptions {
  /** The folder for data, logs and secrets. */
  dir: string;
  /** One process of each service by default. */
  replicas?: Partial<Replicas>;
  /** Variables on top of this process's environment, for the services and for the choice of the servers. */
  env?: NodeJS.ProcessEnv;
  /** On by default. */
  fsync?: boolean;
  /**
   * Deletes the folder, which must be new, and data outside it after everything has stopped, however this process ends.
   */
  isTemporary?: boolean;
  /** Servers that already run and keep running; by default the stack has its own. */
  servers?: Servers;
  /** `free`, the default, takes free ports; `fixed` takes those of the environment or the default ones. */
  ports?: 'free' | 'fixed';
  /** Deletes the data of earlier runs first. */
  fresh?: boolean;
  log?: Log;
  /** Aborts the start and leaves nothing running. */
  signal?: AbortSignal;
  /** The main file of a service. */
  mainOf?: (service: ServiceName) => string;
  /** Routes the connections between processes, and to the servers, which must be the stack's own embedded ones. */
  detour?: Detour;
}

export interface Stack {
  /** The folder for data, logs and secrets. */
  readonly dir: string;
  /** The gateway's URL. */
  readonly url: string;
  readonly apiKey: string;
  /** The current content of `stack.json`. */
  stack(): StackFile;
  /** Stops everything in order. Aborting `hurry` shortens this to 1–2 s. */
  stop(hurry?: AbortSignal): Promise<void>;
  readonly kafka: Pick<Servers['kafka'], 'stop' | 'start'>;
}

/** Starts the whole system and settles when every process is ready. If one fails, stops everything and rejects. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = resolve(options.dir);
  const log: Log = (line) => options.signal?.aborted || options.log?.(line);
  makeStateDir(dir);
  const guard = await Guard.start();
  const launch = new Launch({ ...options, dir, log, env: { ...process.env, ...options.env } }, guard);
  try {
    return await unlessAborted(() => launch.run(), options.signal);
  } catch (error) {
    if (options.signal?.aborted) await guard.close(); // which stops everything at once
    await launch.undo();
    throw error;
  }
}

async function unlessAborted<T>(start: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const abortError = new Error('the start was aborted');
  if (signal?.aborted) throw abortError;
  const aborted = Promise.withResolvers<never>();
  signal?.addEventListener('abort', () => aborted.reject(abortError), { once: true });
  return Promise.race([start(), aborted.promise]);
}

/** The steps of a start, with an undo for each of them that is run in reverse order. */
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
    if (this.#options.isTemporary) await this.#guard.removeAtEnd(dir); // only once the lock is held
    this.#leftContainers = await this.#guard.takeOver(join(dir, 'running.json'));
    removeStackFile(dir); // left by a supervisor that was killed together with its guard
    await this.#guard.removeAtEnd(stackFileOf(dir));
    this.#undo.push(() => removeStackFile(dir));

    let announce = () => {};
    const plan = await this.#plan();
    const { key, keysFile } = apiKey(dir);
    const servers = this.#options.servers ?? (await this.#startServers(plan, () => announce()));
    const databases = await servers.createDatabases(this.#options.servers ? 'stack' : '');
    await makeIdentities(dir, serviceNames);
    const inputs = { env, dir, brokers: servers.kafka.brokers, databases, keysFile };
    const environments = await environmentsOf(plan, inputs, this.#options.detour);

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

  /** Decides on servers and ports before anything starts, so that nothing started takes a port of something else. */
  async #plan(): Promise<Plan> {
    const { dir, log, env, servers, ports, fresh } = this.#options;
    const replicas = { ...oneEach, ...this.#options.replicas };
    checkLogLevel(env);
    if (servers) {
      env.TOPIC_PREFIX ??= `mo-${randomBytes(4).toString('hex')}`; // the broker is shared
      return freePlan(env, replicas);
    }
    if (env.API_KEYS || env.API_KEYS_FILE)
      log(`API_KEYS and API_KEYS_FILE are ignored: the keys of this stack are in ${join(dir, 'api-keys')}`);
    readServerFiles(env);
    const choice = await chooseServers(env, dir, log, fresh);
    // Leftover containers use the volumes that the new ones will write to.
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

/** A failed write, as on a full disk, is only logged: the stack keeps running and can still be stopped. */
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
