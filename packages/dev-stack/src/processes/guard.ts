/**
 * The supervisor's side of the guard (see guard-main.ts). Every long-lived process is started through `spawn`: the
 * guard knows of a process before the process does anything, so a killed supervisor never leaves one behind.
 */
import { type ChildProcess, spawn as spawnChild } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { extname } from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { climb, hurried, type Ladder } from './ladder.ts';
import { processIdentity, sendSignal } from './proc.ts';
import { GuardRecord } from './record.ts';

/** One line in the pipe to the guard. */
export type GuardOrder =
  | { watch: { identity: string; pid: number; ladder: Ladder } }
  | { forget: string }
  | { removePath: string }
  | { removeContainers: string };

/** A process to start. Its output is appended to `logFile`. */
export interface ProcessSpec {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** The user to run as, if not the current one. */
  user?: { uid: number; gid: number } | undefined;
  logFile: string;
  ladder: Ladder;
}

/** A running child process, or the main process of a container. */
export interface Running {
  readonly pid: number;
  /** Resolves with the outcome, such as `exited with 0`, when the process is gone. Never rejects. */
  readonly gone: Promise<string>;
  /** Stops the process by its ladder and settles when it is gone. Aborting `hurry` shortens the ladder. */
  stop(hurry?: AbortSignal): Promise<void>;
}

// The shell waits for a line on descriptor 3 before it executes the program, under the same pid, which the guard knows
// by then. Without that line (the supervisor has died) it exits.
const waitForGo = 'read -r word <&3 || exit 1; exec 3<&-; exec "$0" "$@"';

const relaunchMs = 20;

export class Guard {
  #process: ChildProcess | undefined;
  #isClosed = false;
  /** All orders in force, for a new guard if this one is killed. */
  readonly #standing: Map<string, GuardOrder>;
  #record: GuardRecord | undefined;

  private constructor(orders: Iterable<readonly [string, GuardOrder]> = []) {
    this.#standing = new Map(orders);
  }

  static async start(): Promise<Guard> {
    const guard = new Guard();
    const { stdout } = guard.#launch();
    const [line] = await once(stdout!, 'readable').then(() => [stdout!.read()]);
    if (line === null) throw new Error('the guard process, which stops everything at the end, could not be started');
    stdout!.destroy();
    return guard;
  }

  /**
   * Stops the processes and removes the containers in the record at this path, left by a supervisor that was killed
   * together with its guard. Then keeps its own record there until `close`.
   *
   * @returns labels of containers that could not be removed yet; another attempt is made at the end
   * @throws Error if a process does not stop
   */
  async takeOver(path: string): Promise<string[]> {
    const record = new GuardRecord(path);
    const left = record.read();
    let labels: string[] = [];
    if (left.length > 0) {
      const guard = new Guard(left.entries().map(([index, order]) => [String(index), order]));
      guard.#launch();
      if (!(await guard.#end())) labels = await this.#adopt(record.read());
    }
    if (this.#isClosed) throw stopping();
    this.#record = record;
    record.write(this.#standing.values());
    return labels;
  }

  /** Takes over what could not be cleaned up. */
  async #adopt(orders: readonly GuardOrder[]): Promise<string[]> {
    const pids = orders.flatMap((order) => ('watch' in order ? order.watch.pid : []));
    if (pids.length > 0) throw new Error(`processes of the previous run of this stack do not stop: ${pids.join(', ')}`);
    const labels = orders.flatMap((order) => ('removeContainers' in order ? order.removeContainers : []));
    for (const label of labels) await this.removeContainersAtEnd(label);
    return labels;
  }

  /** The process id of the guard. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts a process that is stopped when this one ends. Rejects if the command cannot be started at all. */
  async spawn(spec: ProcessSpec): Promise<Running> {
    if (this.#isClosed) throw stopping();
    const log = openSync(spec.logFile, 'a', 0o600);
    let child: ChildProcess;
    try {
      child = spawnChild('/bin/sh', ['-c', waitForGo, spec.command, ...spec.args], {
        cwd: spec.cwd,
        env: spec.env ?? process.env,
        ...spec.user,
        detached: true,
        stdio: ['ignore', log, log, 'pipe'],
      });
    } finally {
      closeSync(log);
    }
    await once(child, 'spawn');
    const pid = child.pid!;
    const gone = once(child, 'exit').then(([code, signal]) => (signal ? `ended by ${signal}` : `exited with ${code}`));
    const identity = processIdentity(pid);
    await this.#order(identity, { watch: { identity, pid, ladder: spec.ladder } });
    void gone.then(() => this.#withdraw(identity));
    if (this.#isClosed) {
      (child.stdio[3] as Writable).destroy();
      throw stopping();
    }
    await sendGo(child.stdio[3] as Writable);
    return { pid, gone, stop: (hurry) => stop(pid, spec.ladder, gone, hurry) };
  }

  /** Runs a command to its end, or stops it after `timeoutMs`. Resolves with the outcome, such as `exited with 0`. */
  async run(spec: ProcessSpec, timeoutMs: number): Promise<string> {
    const running = await this.spawn(spec);
    const timer = setTimeout(() => void running.stop(), timeoutMs);
    const outcome = await running.gone;
    clearTimeout(timer);
    return outcome;
  }

  /** Removes the folder or file after everything has stopped, however this process ends. */
  async removeAtEnd(path: string): Promise<void> {
    await this.#order(path, { removePath: path });
  }

  /** Removes the containers with this label when this process ends. Rejects if it is ending, so that none is created. */
  async removeContainersAtEnd(label: string): Promise<void> {
    if (this.#isClosed) throw stopping();
    await this.#order(label, { removeContainers: label });
  }

  /** Ends the guard, which first carries out all orders in force; settles when it has exited. */
  async close(): Promise<void> {
    const record = this.#record;
    this.#record = undefined;
    if (await this.#end()) record?.remove();
  }

  /** @returns whether all orders were carried out */
  async #end(): Promise<boolean> {
    this.#isClosed = true;
    const guard = this.#process;
    if (!guard || guard.exitCode !== null || guard.signalCode !== null) return false;
    const exited = once(guard, 'exit');
    guard.ref();
    guard.stdin?.end();
    const [code] = await exited;
    return code === 0;
  }

  #launch(): ChildProcess {
    const main = fileURLToPath(new URL(`./guard-main${extname(import.meta.url)}`, import.meta.url));
    // A new guard gets the orders in force as its argument, so that it knows them from its first moment.
    const standing = JSON.stringify([...this.#standing.values()]);
    const guard = spawnChild(process.execPath, ['--no-warnings', main, standing], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    guard.stdin?.on('error', () => {}); // the guard was killed: see `exit` below
    guard.once('exit', () => {
      if (!this.#isClosed) setTimeout(() => this.#isClosed || this.#launch().stdout?.destroy(), relaunchMs);
    });
    guard.unref();
    this.#process = guard;
    return guard;
  }

  #order(key: string, order: GuardOrder): Promise<void> {
    this.#standing.set(key, order);
    this.#record?.write(this.#standing.values());
    return this.#write(order);
  }

  #withdraw(identity: string) {
    this.#standing.delete(identity);
    this.#record?.write(this.#standing.values());
    void this.#write({ forget: identity });
  }

  /** Settles once the order is in the pipe, where the guard reads it even if this process has died. */
  #write(order: GuardOrder): Promise<void> {
    return new Promise((resolve) => {
      this.#process?.stdin?.write(`${JSON.stringify(order)}\n`, () => resolve());
    });
  }
}

const stopping = (): Error => new Error('nothing can be started: the stack is stopping');

async function sendGo(pipe: Writable) {
  pipe.on('error', () => {}); // the process was killed before it could read
  await new Promise<void>((resolve) => pipe.end('go\n', () => resolve()));
}

async function stop(pid: number, ladder: Ladder, gone: Promise<string>, hurry?: AbortSignal) {
  let isGone = false;
  const settled = gone.then(() => {
    isGone = true;
  });
  const signal = (name: NodeJS.Signals) => void (isGone || sendSignal(pid, name));
  const onHurry = () => void climb(hurried(ladder), signal, settled);
  if (hurry?.aborted) onHurry();
  else hurry?.addEventListener('abort', onHurry, { once: true });
  await climb(ladder, signal, settled);
  hurry?.removeEventListener('abort', onHurry);
}
