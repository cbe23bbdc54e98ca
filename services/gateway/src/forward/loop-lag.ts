/**
 * Detects that this process is behind: it has been busy without a pause, and its timers run late. Requests that lie
 * unread in their sockets, which the process cannot see, then wait at least as long as its timers do. One long pause
 * does not count: the state needs two consecutive windows.
 */
import type { Limits } from './limits.ts';

/** An event loop busier than this has no pauses that matter. */
const BUSY_SHARE_MIN = 0.98;
const WINDOWS_MIN = 2;

export class LoopLag {
  readonly #limits: Limits;
  readonly #timer: NodeJS.Timeout;
  #busy = performance.eventLoopUtilization();
  #windowStartMs = performance.now();
  #lastMs = performance.now();
  #lateMsMax = 0;
  #windowsBehind = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#timer = setInterval(() => this.#tick(), limits.lagTickMs).unref();
  }

  get isBehind(): boolean {
    return this.#windowsBehind >= WINDOWS_MIN;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { lagTickMs, lagMsMax, lagWindowMs } = this.#limits;
    const nowMs = performance.now();
    this.#lateMsMax = Math.max(this.#lateMsMax, nowMs - this.#lastMs - lagTickMs);
    this.#lastMs = nowMs;
    if (nowMs - this.#windowStartMs < lagWindowMs) return;
    const busy = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(busy, this.#busy);
    const wasBehind = utilization >= BUSY_SHARE_MIN && this.#lateMsMax > lagMsMax;
    this.#windowsBehind = wasBehind ? this.#windowsBehind + 1 : 0;
    this.#busy = busy;
    this.#windowStartMs = nowMs;
    this.#lateMsMax = 0;
  }
}
