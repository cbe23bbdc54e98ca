/** The processes of all services of one stack: started from their sources, watched, and stopped in order. */
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
/** What Node.js compiled of a source is kept by its content, until the next `npm ci`: a start costs half as much then. */
const compileCache = join(rootDir, 'node_modules/.cache/compile');

/**
 * How large the heap of a process becomes before V8 looks for what is dead: by a part of what is alive, and with so many MiB of what is
 * young (docs/decisions/0033); and that no object is old because of where it is made (docs/decisions/0039). The image says the
 * same, and so does each service's own `npm start`.
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

  /** Starts every process; settles when all are started, which is before they are ready. */
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

  /** Settles when every process says that it is ready. */
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

  /** The processes of a service, as they are now. */
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
  let last = 'it does not answer';
  const asks = async () => {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(readyRequestTimeoutMs) });
    last = `/readyz answers ${response.status}`;
    await response.body?.cancel();
    return response.ok;
  };
  if (!(await poll(asks, readyTimeoutMs, readyEveryMs)))
    throw new Error(`${name} was not ready within ${readyTimeoutMs / 1000} s (${last}): see ${logFile}`);
}
