/** The processes of all services of one stack: started from source, kept running, and stopped in order. */
import { join } from 'node:path';
import type { Guard } from '../processes/guard.ts';
import { Keeper } from '../processes/keeper.ts';
import { ladders } from '../processes/ladder.ts';
import type { Log } from '../progress.ts';
import { type NameOf, tailLog, trimLog } from './log-tail.ts';
import { type ReplicaPlan, rootDir, type ServiceName } from './plan.ts';
import { Readiness } from './readiness.ts';
import type { ReplicaEntry } from './stack-file.ts';

/** How often the console shows which processes are not ready. */
const remindEveryMs = 20_000;
/** Node.js caches compiled sources here by content, until the next `npm ci`. The cache halves the cost of a start. */
const compileCache = join(rootDir, 'node_modules/.cache/compile');

/**
 * V8 flags of each service. They limit the growth of the heap before a major GC to 50 % and a semi-space of the young
 * generation to 16 MiB (docs/decisions/0033), and disable allocation-site pretenuring (docs/decisions/0039). The image
 * and each service's own `npm start` use the same flags.
 */
export const heapFlags = ['--heap-growing-percent=50', '--max-semi-space-size=16', '--no-allocation-site-pretenuring'];

export interface ServicesOptions {
  dir: string;
  guard: Guard;
  log: Log;
  environmentOf: (replica: ReplicaPlan) => NodeJS.ProcessEnv;
  mainOf: (service: ServiceName) => string;
  onPid: () => void;
}

interface Member {
  replica: ReplicaPlan;
  keeper: Keeper;
  readiness: Readiness;
  endTail: () => void;
}

export class Services {
  readonly #members: Member[] = [];
  readonly #log: Log;

  private constructor(log: Log) {
    this.#log = log;
  }

  /** Settles when every process has started, which is before they are ready. */
  static async start(replicas: readonly ReplicaPlan[], options: ServicesOptions): Promise<Services> {
    const services = new Services(options.log);
    const nameOf: NameOf = (origin) => replicas.find(({ apiUrl }) => apiUrl === origin)?.name;
    for (const replica of replicas) services.#members.push(makeMember(replica, options, nameOf));
    try {
      await Promise.all(services.#members.map(({ keeper }) => keeper.start()));
    } catch (error) {
      await services.stop();
      throw error;
    }
    return services;
  }

  /** Settles when every process has reported that it is ready. Rejects if one exits with an error before that. */
  async ready(): Promise<void> {
    const waiting = new Map(this.#members.map(({ replica, readiness }) => [replica.name, readiness]));
    const whatFor = () => [...waiting].map(([name, { last }]) => `${name}: ${last}`).join('; ');
    const timer = setInterval(() => this.#log(`waiting for ${whatFor()}`), remindEveryMs);
    try {
      await Promise.all(
        this.#members.map(async ({ keeper, replica: { name, url } }) => {
          await keeper.ready();
          waiting.delete(name);
          this.#log(`${name} is ready at ${url}`);
        }),
      );
    } finally {
      clearInterval(timer);
    }
  }

  /** Stops the gateway, then the services behind it. */
  async stop(hurry?: AbortSignal): Promise<void> {
    const isGateway = ({ replica }: Member) => replica.service === 'gateway';
    const stopAll = (members: Member[]) => Promise.all(members.map(({ keeper }) => keeper.stop(hurry)));
    await stopAll(this.#members.filter(isGateway));
    await stopAll(this.#members.filter((member) => !isGateway(member)));
    for (const { endTail } of this.#members) endTail();
  }

  /** The current processes of a service. */
  entriesOf(service: ServiceName): ReplicaEntry[] {
    return this.#members
      .filter(({ replica }) => replica.service === service)
      .map(({ replica: { url, apiUrl }, keeper }) => ({ url, ...(apiUrl !== null && { apiUrl }), pid: keeper.pid }));
  }
}

function makeMember(replica: ReplicaPlan, options: ServicesOptions, nameOf: NameOf): Member {
  const { dir, guard, log, environmentOf, mainOf, onPid } = options;
  const { name, service, url } = replica;
  const logFile = join(dir, 'logs', `${name}.log`);
  trimLog(logFile);
  const start = () =>
    guard.spawn({
      command: process.execPath,
      args: [...heapFlags, '--conditions=source', mainOf(service)],
      env: { NODE_COMPILE_CACHE: compileCache, ...environmentOf(replica) },
      cwd: rootDir,
      logFile,
      ladder: ladders.service,
    });
  const readiness = new Readiness(name, url, logFile);
  const program = {
    name,
    start,
    ready: (signal?: AbortSignal) => readiness.wait(signal),
    isRestarted: (outcome: string) => !readiness.endsWith(outcome),
  };
  const keeper = new Keeper(program, { log, onPid });
  return { replica, keeper, readiness, endTail: tailLog(logFile, name, log, nameOf) };
}
