/** The processes of all services of one stack: started from source, kept running, and stopped in order. */
import { join } from 'node:path';
import type { Guard } from '../processes/guard.ts';
import { Keeper } from '../processes/keeper.ts';
import { ladders } from '../processes/ladder.ts';
import { poll } from '../processes/poll.ts';
import type { Log } from '../progress.ts';
import { tailLog, trimLog } from './log-tail.ts';
import { type ReplicaPlan, rootDir, type ServiceName } from './plan.ts';
import type { ReplicaEntry } from './stack-file.ts';

const readyTimeoutMs = 120_000;
const readyRequestTimeoutMs = 1_000;
const readyEveryMs = 100;
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
    for (const replica of replicas) services.#members.push(makeMember(replica, options));
    try {
      await Promise.all(services.#members.map(({ keeper }) => keeper.start()));
    } catch (error) {
      await services.stop();
      throw error;
    }
    return services;
  }

  /** Settles when every process has reported that it is ready. */
  async ready(): Promise<void> {
    await Promise.all(
      this.#members.map(async ({ keeper, replica }) => {
        await keeper.ready();
        this.#log(`${replica.name} is ready at ${replica.url}`);
      }),
    );
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

function makeMember(replica: ReplicaPlan, { dir, guard, log, environmentOf, mainOf, onPid }: ServicesOptions): Member {
  const { name, service, url } = replica;
  const logFile = join(dir, 'logs', `${name}.log`);
  trimLog(logFile);
  const program = {
    name,
    start: () =>
      guard.spawn({
        command: process.execPath,
        args: [...heapFlags, '--conditions=source', mainOf(service)],
        env: { NODE_COMPILE_CACHE: compileCache, ...environmentOf(replica) },
        cwd: rootDir,
        logFile,
        ladder: ladders.service,
      }),
    ready: () => serviceReady(name, url, logFile),
  };
  return { replica, keeper: new Keeper(program, { log, onPid }), endTail: tailLog(logFile, name, log) };
}

async function serviceReady(name: string, url: string, logFile: string) {
  let last = 'no response';
  const isReady = async () => {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(readyRequestTimeoutMs) });
    last = `/readyz responded with ${response.status}`;
    await response.body?.cancel();
    return response.ok;
  };
  if (!(await poll(isReady, readyTimeoutMs, readyEveryMs)))
    throw new Error(`${name} was not ready within ${readyTimeoutMs / 1000} s (${last}): see ${logFile}`);
}
