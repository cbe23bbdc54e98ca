/**
 * A process of a service, as the world sees it: it can be frozen, and wakes up later none the wiser; it can die, and then
 * none of its promises is ever resolved again. What it has asked of others goes on without it.
 */
import type { Clock } from '@mo/service-kit';
import type { Owner, Scheduler, Task } from './scheduler.ts';

/** Virtual time begins here, in ms since the epoch. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);

export class Process implements Owner {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  alive = true;
  frozen = false;
  /** Whether it accepts calls: not while it stops. */
  listening = true;
  /** Told when it dies, in order. */
  readonly onDeath: (() => void)[] = [];
  readonly #held: Task[] = [];
  readonly #sleepers = new Set<{ readonly signal: AbortSignal; readonly wake: () => void }>();

  /** @param skewMs how far its clock is from the world's */
  constructor(name: string, scheduler: Scheduler, skewMs: number) {
    this.name = name;
    this.scheduler = scheduler;
    this.clock = {
      now: () => EPOCH_MS + skewMs + Math.floor(scheduler.nowUs / 1000),
      elapsed: () => scheduler.nowUs / 1000,
      sleep: (durationMs, signal) => this.#sleep(durationMs, signal),
    };
  }

  hold(task: Task): void {
    this.#held.push(task);
  }

  freeze(): void {
    this.frozen = true;
  }

  thaw(): void {
    this.frozen = false;
    for (const task of this.#held.splice(0)) this.scheduler.resume(task);
  }

  die(): void {
    this.alive = false;
    this.#held.length = 0;
    for (const told of this.onDeath) told();
  }

  wait(durationUs: number): Promise<void> {
    return new Promise((resolve) => this.scheduler.after(durationUs, this, resolve));
  }

  /** Ends the sleeps whose signal was aborted. */
  wakeAborted(): void {
    for (const { signal, wake } of this.#sleepers) if (signal.aborted) this.scheduler.after(0, this, wake);
  }

  /**
   * Has something done elsewhere, after a delay, whatever becomes of this process meanwhile; the result comes back after
   * another delay, to a living process only.
   */
  ask<T>(thereUs: number, backUs: number, work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.alive) return;
      this.scheduler.after(thereUs, null, () => {
        try {
          const result = work();
          this.tell(backUs, () => resolve(result));
        } catch (error) {
          this.tell(backUs, () => reject(error));
        }
      });
    });
  }

  #sleep(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal === undefined || signal.aborted) return this.wait(durationMs * 1000);
    return new Promise((resolve) => {
      const sleeper = { signal, wake: resolve };
      this.#sleepers.add(sleeper);
      this.scheduler.after(durationMs * 1000, this, () => {
        this.#sleepers.delete(sleeper);
        resolve();
      });
    });
  }

  /** Lets this process know something, after a delay; without one, in the same step where it is awake. */
  tell(backUs: number, run: () => void): void {
    if (backUs > 0 || this.frozen) this.scheduler.after(backUs, this, run);
    else if (this.alive) run();
  }
}
