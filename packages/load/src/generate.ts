/**
 * Puts a load on a target, in a closed or an open loop. In a closed loop each caller waits for its answer before it
 * sends the next request: this finds the throughput of the system. In an open loop requests are due at even
 * intervals, independent of earlier answers. Their latency counts from the due time, even if they are sent late, so a stalled
 * system cannot hide the waiting time (coordinated omission).
 */
import type { Connection, Reply } from './connection.ts';
import { type Histogram, newHistogram, recordMs } from './histogram.ts';
import { dueAtMs, dueUntil } from './schedule.ts';
import type { Sockets } from './sockets.ts';

/** How hard: the number of callers of a closed loop, or the arrivals per second of an open loop. */
export type Level = { readonly connections: number } | { readonly perSecond: number };

export interface Orders<Wanted> {
  readonly level: Level;
  readonly durationMs: number;
  readonly sockets: Pick<Sockets, 'take' | 'give'>;
  /** The next request; null ends the load. */
  readonly next: () => Wanted | null;
  /** The request in wire format; called immediately before it is sent. */
  readonly textOf: (wanted: Wanted) => string;
  /** @param latencyMs up to the last byte of the answer, from sending (closed loop) or from the due time (open loop) */
  readonly onReply: (wanted: Wanted, reply: Reply, latencyMs: number) => void;
}

export interface Generated {
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly sent: number;
  /** Requests that were not sent because no socket was free. */
  readonly unsent: number;
  /** How far the generator itself was behind the clock; empty for a closed loop. */
  readonly lateness: Histogram;
}

/** A caller's patience: longer than any answer may take. */
const PATIENCE_MS = 45_000;
/** The shortest interval of a timer. */
const TICK_MS = 1;

/** Runs the load. Resolves when every request that was sent has been answered. */
export const generate = <Wanted>(orders: Orders<Wanted>): Promise<Generated> => new Generator(orders).run();

class Generator<Wanted> {
  readonly #orders: Orders<Wanted>;
  readonly #lateness = newHistogram();
  #sent = 0;
  #unsent = 0;
  #underWay = 0;
  #onFree: () => void = () => {};

  constructor(orders: Orders<Wanted>) {
    this.#orders = orders;
  }

  async run(): Promise<Generated> {
    const { level } = this.#orders;
    const startMs = performance.now();
    if ('connections' in level) await this.#closed(level.connections, startMs);
    else await this.#open(level.perSecond, startMs);
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#onFree = resolve));
    const seconds = (performance.now() - startMs) / 1000;
    return { seconds, sent: this.#sent, unsent: this.#unsent, lateness: this.#lateness };
  }

  async #closed(connections: number, startMs: number): Promise<void> {
    const endMs = startMs + this.#orders.durationMs;
    const callers = Array.from({ length: connections }, () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const ask = () => {
        const nowMs = performance.now();
        const wanted = nowMs < endMs ? this.#orders.next() : null;
        if (wanted === null) resolve();
        else this.#send(wanted, nowMs, ask);
      };
      ask();
      return promise;
    });
    await Promise.all(callers);
  }

  async #open(perSecond: number, startMs: number): Promise<void> {
    const { durationMs } = this.#orders;
    let arrived = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - startMs;
      for (const due = dueUntil(elapsedMs, perSecond, durationMs); arrived < due; arrived += 1) {
        const wanted = this.#orders.next();
        if (wanted === null) return resolve();
        const dueMs = startMs + dueAtMs(arrived, perSecond);
        recordMs(this.#lateness, performance.now() - dueMs);
        this.#send(wanted, dueMs, () => {});
      }
      if (elapsedMs >= durationMs) resolve();
    }, TICK_MS);
    await promise;
    clearInterval(timer);
  }

  #send(wanted: Wanted, sinceMs: number, done: () => void): void {
    const { sockets, textOf, onReply } = this.#orders;
    const connection = sockets.take();
    if (connection === null) {
      this.#unsent += 1;
      setImmediate(done);
      return;
    }
    this.#sent += 1;
    this.#underWay += 1;
    connection.send(textOf(wanted), PATIENCE_MS, (reply) => {
      onReply(wanted, reply, performance.now() - sinceMs);
      this.#free(connection, reply);
      done();
    });
  }

  #free(connection: Connection, reply: Reply): void {
    if (!('broken' in reply)) this.#orders.sockets.give(connection);
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#onFree();
  }
}
