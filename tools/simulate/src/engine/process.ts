/**
 * A simulated process of a service. It can freeze, and later resumes unaware of the gap. It can die: then none of its
 * promises ever resolves, while work that it requested elsewhere continues.
 */
import type { Clock } from '@mo/service-kit';
import type { Owner, Scheduler, Task } from './scheduler.ts';

/** The start of virtual time, in ms since the epoch. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);

export class Process implements Owner {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  alive = true;
  frozen = false;
  /** Whether it accepts calls; false while it stops. */
  listening = true;
  /** Called in order when it dies. */
  readonly onDeath: (() => void)[] = [];
  readonly #held: Task[] = [];
  readonly #sleepers = new Set<{ readonly signal: AbortSignal; readonly wake: () => void }>();

  /** @param skewMs the offset of its clock from the world's */
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
   * Runs work elsewhere after a delay, even if this process dies meanwhile; the result returns after another delay, to
   * a living process only.
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

  /** Runs a callback in this process after a delay; without a delay in the same step if the process is awake. */
  tell(backUs: number, run: () => void): void {
    if (backUs > 0 || this.frozen) this.scheduler.after(backUs, this, run);
    else if (this.alive) run();
  }
}
