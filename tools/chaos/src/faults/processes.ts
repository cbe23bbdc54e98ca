/**
 * The processes of the stack, by pid. Each one is a child of this process, which is checked before every signal: a
 * reused pid is never signalled.
 */
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Stream } from '@mo/contracts';
import { procStat, type ReplicaEntry, type Stack } from '@mo/dev-stack';
import pg from 'pg';
import type { Fault, ProcessTarget, Service } from './plan.ts';

const ALIVE_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
const LOOK_TIMEOUT_MS = 1_000;

export interface Found {
  /** For example `loans-2`. */
  readonly name: string;
  readonly pid: number;
}

export class Processes {
  readonly #stack: Stack;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** The process that a fault targets; waits until it is running. */
  async find(target: ProcessTarget, fault: Fault): Promise<Found> {
    for (const endMs = Date.now() + ALIVE_TIMEOUT_MS; Date.now() < endMs; await delay(POLL_MS)) {
      const found = await this.#look(target, fault);
      if (found !== null && isOurs(found.pid)) return found;
    }
    throw new Error(`${target} is not running`);
  }

  /** The pid of the holder of a service's relay lease; null if there is none or it is unknown. */
  async relayPid(service: Stream): Promise<number | null> {
    const holder = await this.#holder(service).catch(() => null);
    const pid = Number(holder?.split('/')[1]);
    return this.#replicas(service).some((replica) => replica.pid === pid) ? pid : null;
  }

  /** The process and its descendants, itself first. */
  treeOf(pid: number): number[] {
    const parents = new Map(
      readdirSync('/proc')
        .map(Number)
        .filter((each) => each > 0)
        .map((each) => [each, procStat(each)?.parent]),
    );
    const tree = [pid];
    for (const member of tree) for (const [child, parent] of parents) if (parent === member) tree.push(child);
    return tree;
  }

  async #look(target: ProcessTarget, fault: Fault): Promise<Found | null> {
    const stack = this.#stack.stack();
    if (target === 'gateway' || target === 'postgres' || target === 'kafka') {
      const { pid } = stack[target];
      return pid === null ? null : { name: target, pid };
    }
    const relayOf = /^relay of (\w+)$/.exec(target)?.[1] as Stream | undefined;
    const service = relayOf ?? (target as Service);
    const replicas = this.#replicas(service);
    const holder = relayOf === undefined ? null : await this.relayPid(relayOf);
    const held = replicas.findIndex(({ pid }) => pid === holder);
    // If nobody holds the lease, any replica will do.
    const place = held === -1 ? fault.replica % replicas.length : held;
    const pid = replicas[place]?.pid ?? null;
    return pid === null ? null : { name: place === 0 ? service : `${service}-${place + 1}`, pid };
  }

  #replicas(service: Service): readonly ReplicaEntry[] {
    return this.#stack.stack()[service]?.replicas ?? [];
  }

  async #holder(service: Stream): Promise<string | null> {
    const client = new pg.Client({
      connectionString: this.#stack.stack()[service].databaseUrl,
      connectionTimeoutMillis: LOOK_TIMEOUT_MS,
      query_timeout: LOOK_TIMEOUT_MS,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      const text = 'SELECT holder FROM relay_lease WHERE until > clock_timestamp()';
      return ((await client.query(text)).rows[0] as { holder: string } | undefined)?.holder ?? null;
    } finally {
      void client.end().catch(() => {});
    }
  }
}

/** Whether the pid is a running child of this process. */
export function isOurs(pid: number): boolean {
  const stat = procStat(pid);
  return stat !== undefined && stat.parent === process.pid && stat.state !== 'Z';
}
