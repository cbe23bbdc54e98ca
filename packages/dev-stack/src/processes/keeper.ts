/**
 * Keeps one program running until it is told to stop: when the program dies it is started again, at once the first
 * time and after a short wait when it dies again soon, and never given up. The wait is capped well below a second, so
 * that whoever looks a second later finds it running again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../progress.ts';
import type { Running } from './guard.ts';

const restartWaitsMs = [0, 100, 200, 400];
/** A program that lived this long is healthy: its next death starts the waits anew. */
const healthyMs = 10_000;

/** Something to keep running. */
export interface Program {
  name: string;
  /** Starts it, on the same data and port each time. */
  start(): Promise<Running>;
  /** Settles when it does its work; rejects when it did not come to that within its time. */
  ready(): Promise<void>;
}

export interface KeeperOptions {
  log: Log;
  /** Called whenever `pid` has changed. */
  onPid?: () => void;
}

export class Keeper {
  readonly #program: Program;
  readonly #options: KeeperOptions;
  #running: Running | undefined;
  #loop: Promise<void> | undefined;
  #stopping = new AbortController();

  constructor(program: Program, options: KeeperOptions) {
    this.#program = program;
    this.#options = options;
  }

  /** The pid of the working process, or of the last one while it is being started again; null when stopped. */
  get pid(): number | null {
    return this.#running?.pid ?? null;
  }

  /** Starts the program and from then on keeps it running. Rejects if it cannot be started the first time. */
  async start(): Promise<void> {
    if (this.#loop) return;
    this.#stopping = new AbortController();
    this.#adopt(await this.#program.start());
    this.#loop = this.#keep();
  }

  /** Settles when the program does its work. */
  async ready(): Promise<void> {
    await this.#program.ready();
  }

  /** Stops the program and leaves it stopped, until the next `start`. */
  async stop(hurry?: AbortSignal): Promise<void> {
    this.#stopping.abort();
    await this.#running?.stop(hurry);
    await this.#loop;
    this.#loop = undefined;
    this.#running = undefined;
    this.#options.onPid?.();
  }

  async #keep(): Promise<void> {
    let startedAt = Date.now();
    let deaths = 0;
    for (;;) {
      const how = await this.#running!.gone;
      if (this.#stopping.signal.aborted) return;
      if (Date.now() - startedAt > healthyMs) deaths = 0;
      const waitMs = restartWaitsMs[Math.min(deaths++, restartWaitsMs.length - 1)]!;
      if (deaths <= restartWaitsMs.length) this.#options.log(`${this.#program.name} ${how}: starting it again`);
      await this.#wait(waitMs);
      startedAt = Date.now();
      if (!(await this.#startAgain())) return;
    }
  }

  /** Starts it however often that takes; false if we were told to stop meanwhile. */
  async #startAgain(): Promise<boolean> {
    while (!this.#stopping.signal.aborted) {
      try {
        this.#adopt(await this.#program.start());
        if (this.#stopping.signal.aborted) await this.#running?.stop();
        return true;
      } catch (error) {
        this.#options.log(`${this.#program.name} could not be started: ${(error as Error).message}`);
        await this.#wait(restartWaitsMs.at(-1)!);
      }
    }
    return false;
  }

  #adopt(running: Running) {
    this.#running = running;
    this.#options.onPid?.();
  }

  async #wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}
