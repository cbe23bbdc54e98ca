/** The load generator of an overload, in its own thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { generate, type Level, percentileMs, requestText, Sockets, type Target } from '@mo/load';
import { Mix, type Wanted } from './mix.ts';
import { type Counts, count, newCounts } from './tally.ts';

export interface GeneratorSetup extends Target {
  readonly run: string;
  readonly customerIds: readonly number[];
}

/** One load. */
export interface Stretch {
  readonly level: Level;
  readonly durationMs: number;
}

/** The result of a load. */
export interface StretchResult {
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly sent: number;
  /** Arrivals for which no socket was free. */
  readonly unsent: number;
  readonly socketsMax: number;
  /** The largest delay of an arrival against its due time. */
  readonly lateMsMax: number;
  /** The generator's CPU as a share of one core. */
  readonly cpuShare: number;
  readonly counts: Counts;
}

/** Below the limit of open files of a process here. */
const SOCKETS_MAX = 9_000;

class Generator {
  readonly #setup: GeneratorSetup;
  readonly #mix: Mix;
  readonly #sockets: Sockets;
  readonly #tokens = new Map<number, string>();

  constructor(setup: GeneratorSetup) {
    this.#setup = setup;
    this.#mix = new Mix(setup.run, setup.customerIds);
    this.#sockets = new Sockets(setup.host, setup.port, SOCKETS_MAX);
  }

  async run(stretch: Stretch): Promise<StretchResult> {
    const counts = newCounts();
    this.#sockets.forgetMost();
    const cpu = process.threadCpuUsage();
    const { seconds, sent, unsent, lateness } = await generate<Wanted>({
      ...stretch,
      sockets: this.#sockets,
      next: () => this.#mix.next(),
      textOf: (wanted) => this.#textOf(wanted),
      onReply: (wanted, reply, latencyMs) => {
        count(counts, wanted, reply, latencyMs);
        if (!('broken' in reply) && reply.token !== null) this.#tokens.set(wanted.customerId, reply.token);
      },
    });
    const { user, system } = process.threadCpuUsage(cpu);
    const cpuShare = (user + system) / 1e6 / seconds;
    const lateMsMax = percentileMs(lateness, 1);
    return { seconds, sent, unsent, socketsMax: this.#sockets.most, lateMsMax, cpuShare, counts };
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
