/**
 * The supervisor's side of the guard (see guard-main.ts). Whatever lives long is started through `spawn`: the guard
 * knows of a process before it does anything, so there is no moment at which a killed supervisor leaves one behind.
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

/** One line of the pipe to the guard. */
export type GuardOrder =
  | { watch: { identity: string; pid: number; ladder: Ladder } }
  | { forget: string }
  | { removeFolder: string }
  | { removeContainers: string };

/** A process to be started. Its output is appended to `logFile`. */
export interface ProcessSpec {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** The user to run as, where that is not our own. */
  user?: { uid: number; gid: number } | undefined;
  logFile: string;
  ladder: Ladder;
}

/** What runs: a process of ours, or the main process of a container. */
export interface Running {
  readonly pid: number;
  /** Settles when it is gone, with how it ended; never rejects. */
  readonly gone: Promise<string>;
  /** Stops it by its ladder and settles when it is gone. Once `hurry` is aborted the ladder is a short one. */
  stop(hurry?: AbortSignal): Promise<void>;
}

// The shell waits for a word on descriptor 3 before it becomes the program, under the pid that the guard then knows.
// Without the word (the supervisor has died) it ends.
const waitForTheWord = 'read -r word <&3 || exit 1; exec 3<&-; exec "$0" "$@"';

const relaunchMs = 20;

export class Guard {
  #process: ChildProcess | undefined;
  #closed = false;
  /** All orders that still hold, for a new guard if this one is killed. */
  readonly #standing: Map<string, GuardOrder>;
  #record: GuardRecord | undefined;

  private constructor(orders: Iterable<readonly [string, GuardOrder]> = []) {
    this.#standing = new Map(orders);
  }

  static async start(): Promise<Guard> {
    const guard = new Guard();
    const { stdout } = guard.#launch();
    const [word] = await once(stdout!, 'readable').then(() => [stdout!.read()]);
    if (word === null) throw new Error('the guard, which is to stop everything at the end, could not be started');
    stdout!.destroy();
    return guard;
  }

  /**
   * Ends the processes and removes the containers that the record in this file names: those of a supervisor that was killed together
   * with its guard. From then on keeps a record there of its own, for the next one, until `close`. Rejects where a process does not end.
   *
   * @returns labels of containers that no engine has removed by now; at the end it is asked again
   */
  async takeOver(path: string): Promise<string[]> {
    const record = new GuardRecord(path);
    const left = record.read();
    let labels: string[] = [];
    if (left.length > 0) {
      const guard = new Guard(left.entries().map(([place, order]) => [String(place), order]));
      guard.#launch();
      if (!(await guard.#end())) labels = await this.#adopt(record.read());
    }
    if (this.#closed) throw stopping();
    this.#record = record;
    record.write(this.#standing.values());
    return labels;
  }

  /** What is left still. */
  async #adopt(orders: readonly GuardOrder[]): Promise<string[]> {
    const pids = orders.flatMap((order) => ('watch' in order ? order.watch.pid : []));
    if (pids.length > 0)
      throw new Error(`the processes of the stack that ran before do not end: see ${pids.join(', ')}`);
    const labels = orders.flatMap((order) => ('removeContainers' in order ? order.removeContainers : []));
    for (const label of labels) await this.removeContainersAtEnd(label);
    return labels;
  }

  /** The guard's own process id. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts a process that ends when this one does. Rejects if the command cannot be started at all. */
  async spawn(spec: ProcessSpec): Promise<Running> {
    if (this.#closed) throw stopping();
    const log = openSync(spec.logFile, 'a', 0o600);
    let child: ChildProcess;
    try {
      child = spawnChild('/bin/sh', ['-c', waitForTheWord, spec.command, ...spec.args], {
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
    if (this.#closed) {
      (child.stdio[3] as Writable).destroy();
      throw stopping();
    }
    await giveTheWord(child.stdio[3] as Writable);
    return { pid, gone, stop: (hurry) => stop(pid, spec.ladder, gone, hurry) };
  }

  /**
   * Runs a command that ends by itself, and stops it where it does not within `timeoutMs`. Answers how it ended, as `exited with 0`.
   */
  async run(spec: ProcessSpec, timeoutMs: number): Promise<string> {
    const running = await this.spawn(spec);
    const timer = setTimeout(() => void running.stop(), timeoutMs);
    const how = await running.gone;
    clearTimeout(timer);
    return how;
  }

  /** The folder is removed after everything has stopped, however this process ends. */
  async removeAtEnd(folder: string): Promise<void> {
    await this.#order(folder, { removeFolder: folder });
  }

  /** Containers that carry this label are removed when this process ends. */
  async removeContainersAtEnd(label: string): Promise<void> {
    await this.#order(label, { removeContainers: label });
  }

  /** Lets the guard go, which first carries out the orders that still stand; settles when it has. */
  async close(): Promise<void> {
    const record = this.#record;
    this.#record = undefined;
    if (await this.#end()) record?.remove();
  }

  /** @returns whether all was carried out */
  async #end(): Promise<boolean> {
    this.#closed = true;
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
    // What stands already comes with the guard itself, so that there is no moment at which it knows less.
    const standing = JSON.stringify([...this.#standing.values()]);
    const guard = spawnChild(process.execPath, ['--no-warnings', main, standing], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    guard.stdin?.on('error', () => {}); // a guard that was killed: see below
    guard.once('exit', () => {
      if (!this.#closed) setTimeout(() => this.#closed || this.#launch().stdout?.destroy(), relaunchMs);
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

  /** Settles once the order is in the pipe, from where the guard reads it even if we are gone by then. */
  #write(order: GuardOrder): Promise<void> {
    return new Promise((resolve) => {
      this.#process?.stdin?.write(`${JSON.stringify(order)}\n`, () => resolve());
    });
  }
}

const stopping = (): Error => new Error('everything is being stopped');

async function giveTheWord(pipe: Writable) {
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
