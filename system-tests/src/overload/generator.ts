/**
 * The load generator, a thread of its own. In a closed loop so many callers each wait for their answer before they ask
 * again: that finds what the system can do. In an open loop requests come by the clock, whatever becomes of those before
 * them: that is what overload is. Sockets are bounded; an arrival that finds none free is counted, and not sent.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type Connection, dueAtMs, dueUntil, type Reply, requestText, Sockets, type Target } from '@mo/load';
import { Mix, type Wanted } from './mix.ts';
import { type Counts, count, newCounts } from './tally.ts';

export interface GeneratorSetup extends Target {
  readonly run: string;
  readonly customerIds: readonly number[];
}

/** One stretch of load: with so many callers, or so many arrivals a second. */
export type Stretch = { readonly durationMs: number } & ({ readonly callers: number } | { readonly perSecond: number });

/** What became of it. */
export interface StretchResult {
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly sent: number;
  /** Arrivals that found no socket free. */
  readonly unsent: number;
  readonly socketsMax: number;
  /** How far behind the clock an arrival was, at most. */
  readonly lateMsMax: number;
  /** The share of one core that the generator took. */
  readonly cpuShare: number;
  readonly counts: Counts;
}

/** Below what a process may open here. */
const SOCKETS_MAX = 9_000;
/** A caller's patience: longer than any answer may take. */
const PATIENCE_MS = 45_000;
const TICK_MS = 2;

class Generator {
  readonly #setup: GeneratorSetup;
  readonly #mix: Mix;
  readonly #sockets: Sockets;
  readonly #tokens = new Map<number, string>();
  #underWay = 0;
  #sent = 0;
  #unsent = 0;
  #counts = newCounts();
  #onFree: () => void = () => {};

  constructor(setup: GeneratorSetup) {
    this.#setup = setup;
    this.#mix = new Mix(setup.run, setup.customerIds);
    this.#sockets = new Sockets(setup.host, setup.port, SOCKETS_MAX);
  }

  async run(stretch: Stretch): Promise<StretchResult> {
    this.#counts = newCounts();
    this.#sent = 0;
    this.#unsent = 0;
    this.#sockets.forgetMost();
    const startMs = performance.now();
    const cpu = process.threadCpuUsage();
    const lateMsMax = 'callers' in stretch ? await this.#closed(stretch) : await this.#open(stretch);
    await this.#settled();
    const seconds = (performance.now() - startMs) / 1000;
    const { user, system } = process.threadCpuUsage(cpu);
    const counted = { sent: this.#sent, unsent: this.#unsent, socketsMax: this.#sockets.most, counts: this.#counts };
    return { seconds, lateMsMax, cpuShare: (user + system) / 1e6 / seconds, ...counted };
  }

  async #closed({ callers, durationMs }: { callers: number; durationMs: number }): Promise<number> {
    const endMs = performance.now() + durationMs;
    const caller = async () => {
      while (performance.now() < endMs) await new Promise<void>((resolve) => this.#send(resolve));
    };
    await Promise.all(Array.from({ length: callers }, caller));
    return 0;
  }

  async #open({ perSecond, durationMs }: { perSecond: number; durationMs: number }): Promise<number> {
    const startMs = performance.now();
    let arrived = 0;
    let lateMsMax = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - startMs;
      const due = dueUntil(elapsedMs, perSecond, durationMs);
      if (arrived < due) lateMsMax = Math.max(lateMsMax, elapsedMs - dueAtMs(arrived, perSecond));
      for (; arrived < due; arrived += 1) this.#send(() => {});
      if (elapsedMs >= durationMs) resolve();
    }, TICK_MS);
    await promise;
    clearInterval(timer);
    return lateMsMax;
  }

  #send(done: () => void): void {
    const connection = this.#sockets.take();
    if (connection === null) {
      this.#unsent += 1;
      setImmediate(done);
      return;
    }
    const wanted = this.#mix.next();
    const startMs = performance.now();
    const counts = this.#counts;
    this.#underWay += 1;
    this.#sent += 1;
    connection.send(this.#textOf(wanted), PATIENCE_MS, (reply) => {
      this.#underWay -= 1;
      count(counts, wanted, reply, performance.now() - startMs);
      this.#release(connection, wanted, reply);
      done();
    });
  }

  #release(connection: Connection, wanted: Wanted, reply: Reply): void {
    if (!('broken' in reply)) {
      this.#sockets.give(connection);
      if (reply.token !== null) this.#tokens.set(wanted.customerId, reply.token);
    }
    if (this.#underWay === 0) this.#onFree();
  }

  /** Waits until all that was sent is answered. */
  #settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onFree = resolve;
      if (this.#underWay === 0) resolve();
    });
  }

  #textOf(wanted: Wanted): string {
    const token = wanted.carriesToken ? this.#tokens.get(wanted.customerId) : undefined;
    return requestText({ ...wanted, token }, this.#setup);
  }
}

const generator = new Generator(workerData as GeneratorSetup);
parentPort?.on('message', (stretch: Stretch) => {
  void generator.run(stretch).then((result) => parentPort?.postMessage(result));
});
