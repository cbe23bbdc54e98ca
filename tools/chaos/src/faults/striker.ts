/** Injects faults into the running stack, and reverts them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Stream } from '@mo/contracts';
import type { Fault, ProcessTarget, Service, WayTarget } from './plan.ts';
import { isOurs, type Processes } from './processes.ts';
import type { TcpRelay } from './relay.ts';
import type { Ways } from './ways.ts';

/** On SIGTERM, PostgreSQL waits for its clients, which never leave; on SIGINT it shuts down in order at once. */
const RESTART_SIGNAL = { postgres: 'SIGINT', other: 'SIGTERM' } as const;

export interface Struck {
  /** The process or the connections. */
  readonly what: string;
  /** The start, by `performance.now()`. */
  readonly fromMs: number;
  /** The earliest start of recovery: the signal, or the end of a lasting fault. */
  readonly overMs: number;
}

export class Striker {
  readonly #processes: Processes;
  readonly #ways: Ways;
  readonly #frozen = new Set<number>();

  constructor(processes: Processes, ways: Ways) {
    this.#processes = processes;
    this.#ways = ways;
  }

  /** Injects a fault; resolves when it is over: for a signal, at once. Calls `onStruck` once it has started. */
  async strike(fault: Fault, onStruck: (pid: number | null) => void): Promise<Struck> {
    if (fault.kind === 'cut' || fault.kind === 'stall' || fault.kind === 'lose')
      return this.#interrupt(fault, onStruck);
    const { name, pid } = await this.#processes.find(fault.target as ProcessTarget, fault);
    const fromMs = performance.now();
    if (fault.kind === 'freeze') await this.#freeze(pid, fault.durationMs, onStruck);
    else {
      const restart = name === 'postgres' ? RESTART_SIGNAL.postgres : RESTART_SIGNAL.other;
      signal(pid, fault.kind === 'kill' ? 'SIGKILL' : restart);
      onStruck(pid);
    }
    return { what: `${name} (${pid})`, fromMs, overMs: fault.kind === 'freeze' ? performance.now() : fromMs };
  }

  /** Reverts everything that is frozen or stalled. */
  calm(): void {
    this.#ways.become('open');
    for (const pid of this.#frozen) signal(pid, 'SIGCONT');
    this.#frozen.clear();
  }

  /** Freezes a process and its descendants: PostgreSQL does its work in children. */
  async #freeze(pid: number, durationMs: number, onStruck: (pid: number) => void): Promise<void> {
    signal(pid, 'SIGSTOP');
    this.#frozen.add(pid);
    const children = this.#processes.treeOf(pid).slice(1);
    for (const child of children) sendTo(child, 'SIGSTOP');
    onStruck(pid);
    await delay(durationMs);
    for (const child of children) sendTo(child, 'SIGCONT');
    if (this.#frozen.delete(pid)) signal(pid, 'SIGCONT');
  }

  async #interrupt(fault: Fault, onStruck: (pid: number | null) => void): Promise<Struck> {
    const { relays, pid } = await this.#relaysOf(fault);
    const fromMs = performance.now();
    if (fault.kind === 'lose') {
      for (const relay of relays) relay.lose();
      return { what: `${fault.target}, ${relays.length} ways`, fromMs, overMs: fromMs };
    }
    for (const relay of relays) relay.become(fault.kind === 'cut' ? 'cut' : 'stalled');
    onStruck(pid);
    await delay(fault.durationMs);
    for (const relay of relays) relay.become('open');
    return { what: `${fault.target}, ${relays.length} ways`, fromMs, overMs: performance.now() };
  }

  /** The relays, and the pid if they belong to one process. */
  async #relaysOf(fault: Fault): Promise<{ relays: TcpRelay[]; pid: number | null }> {
    const target = fault.target as WayTarget;
    const [service] = (/(customers|loans|payments|webhooks)/.exec(target) ?? []) as Service[];
    if (service === undefined) return { relays: this.#ways.between('everybody', 'kafka'), pid: null };
    if (target.endsWith('to its peers')) return { relays: this.#ways.amongServices(service), pid: null };
    if (target.startsWith('gateway')) return { relays: this.#ways.between('gateway', service), pid: null };
    if (!target.startsWith('relay of')) return { relays: this.#ways.between(service, 'postgres'), pid: null };
    const { name, pid } = await this.#processes.find(`relay of ${service as Stream}`, fault);
    return { relays: this.#ways.fromProcess(name, 'postgres'), pid };
  }
}

/** Signals a child of this process; ignores one that has exited. */
function signal(pid: number, name: NodeJS.Signals): void {
  if (isOurs(pid)) sendTo(pid, name);
}

function sendTo(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
