/**
 * Whether this process is behind. A timer that comes late says how long everything else waits, requests that lie unread
 * in their sockets too. One late timer may be a pause; if every one is late for a while, more arrives than can be read.
 */
import type { Limits } from './limits.ts';

export class LoopLag {
  readonly #limits: Limits;
  readonly #timer: NodeJS.Timeout;
  #lastMs = performance.now();
  /** Since when every tick came late; null where the last one was in time. */
  #lateSinceMs: number | null = null;
  #isBehind = false;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#timer = setInterval(() => this.#tick(), limits.lagTickMs).unref();
  }

  get isBehind(): boolean {
    return this.#isBehind;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { lagTickMs, lagMsMax, behindMsMin } = this.#limits;
    const nowMs = performance.now();
    const lateMs = nowMs - this.#lastMs - lagTickMs;
    // The pause itself counts from its second tick on: one long pause is not being behind.
    if (lateMs <= lagMsMax) this.#lateSinceMs = null;
    else this.#lateSinceMs ??= nowMs;
    this.#isBehind = this.#lateSinceMs !== null && nowMs - this.#lateSinceMs >= behindMsMin;
    this.#lastMs = nowMs;
  }
}
