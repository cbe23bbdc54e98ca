/**
 * Keeps one program running until `stop` is called. A program that dies is restarted: at once the first time, after a
 * short backoff if it soon dies again, and without a limit on attempts, unless the program says otherwise. The backoff
 * is capped well below a second, so a second later the program is running again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../progress.ts';
import type { Running } from './guard.ts';

const backoffsMs = [0, 100, 200, 400];
/** A program that has run this long is healthy: its next death resets the backoff. */
const healthyMs = 10_000;
/** The outcome of a program that ignored the other signals of its ladder. */
const killed = 'ended by SIGKILL';

export interface Program {
  name: string;
  /** Starts the program, on the same data and port each time. */
  start(): Promise<Running>;
  /** Settles when the program is ready; rejects after its timeout, or soon after the signal is aborted. */
  ready(signal?: AbortSignal): Promise<void>;
  /** Whether the program is restarted after this outcome, such as `exited with 1`; by default it always is. */
  isRestarted?(outcome: string): boolean;
}

export interface KeeperOptions {
  log: Log;
  /** Called after each change of `pid`. */
  onPid?: () => void;
}

export class Keeper {
  readonly #program: Program;
  readonly #options: KeeperOptions;
  #running: Running | undefined;
  #isGone = false;
  #wasReady = false;
  /** Present while the program's readiness after a restart is awaited. */
  #announcement: Promise<void> | undefined;
  #loop: Promise<void> | undefined;
  #stopping = new AbortController();
  #hurry: AbortSignal | undefined;

  constructor(program: Program, options: KeeperOptions) {
    this.#program = program;
    this.#options = options;
  }

  /** The pid of the process, or of the previous one during a restart; null when stopped. */
  get pid(): number | null {
    return this.#running?.pid ?? null;
  }

  /** Starts the program and keeps it running. Rejects if the first start fails. */
  async start(): Promise<void> {
    if (this.#loop) return;
    this.#stopping = new AbortController();
    this.#adopt(await this.#program.start());
    this.#loop = this.#keep();
  }

  async ready(): Promise<void> {
    await this.#program.ready();
    this.#wasReady = true;
  }

  /** Stops the program until the next `start`. */
  async stop(hurry?: AbortSignal): Promise<void> {
    this.#hurry = hurry;
    this.#stopping.abort();
    await this.#end();
    await this.#loop;
    await this.#announcement;
    this.#loop = undefined;
    this.#running = undefined;
    this.#options.onPid?.();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    const wasGone = this.#isGone;
    await running?.stop(this.#hurry);
    if (!wasGone && (await running?.gone) === killed && !this.#hurry?.aborted)
      this.#options.log(`${this.#program.name} did not stop in time and was killed`);
  }

  async #keep(): Promise<void> {
    let startedAt = Date.now();
    let deaths = 0;
    for (;;) {
      const outcome = await this.#running!.gone;
      this.#isGone = true;
      if (this.#stopping.signal.aborted || this.#program.isRestarted?.(outcome) === false) return;
      if (Date.now() - startedAt > healthyMs) deaths = 0;
      const backoffMs = backoffsMs[Math.min(deaths++, backoffsMs.length - 1)]!;
      const isShown = deaths <= backoffsMs.length;
      if (isShown) this.#options.log(`${this.#program.name} ${outcome}: restarting it`);
      await this.#wait(backoffMs);
      startedAt = Date.now();
      if (!(await this.#restart())) return;
      if (isShown && this.#wasReady) this.#announce();
    }
  }

  #announce() {
    this.#announcement ??= this.#announceReady().finally(() => {
      this.#announcement = undefined;
    });
  }

  /**
   * Logs once that the program is ready again, however often it dies until then and however long this takes. Logs the
   * first failure, too.
   */
  async #announceReady(): Promise<void> {
    const { name } = this.#program;
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; failures += 1) {
      const line = await this.#program.ready(signal).then(
        () => null,
        (error: Error) => error.message,
      );
      if (signal.aborted) return;
      if (line === null) return this.#options.log(`${name} is ready again`);
      if (failures === 0) this.#options.log(line);
      await this.#wait(backoffsMs.at(-1)!);
    }
  }

  /** Tries until the program has started; false if `stop` was called meanwhile. */
  async #restart(): Promise<boolean> {
    while (!this.#stopping.signal.aborted) {
      try {
        this.#adopt(await this.#program.start());
        if (this.#stopping.signal.aborted) await this.#end();
        return true;
      } catch (error) {
        this.#options.log(`${this.#program.name} could not be started: ${(error as Error).message}`);
        await this.#wait(backoffsMs.at(-1)!);
      }
    }
    return false;
  }

  #adopt(running: Running) {
    this.#running = running;
    this.#isGone = false;
    this.#options.onPid?.();
  }

  async #wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}
