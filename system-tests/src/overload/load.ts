/** Runs the load generator in a worker thread: the ordering side. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { GeneratorSetup, Stretch, StretchResult } from './generator.ts';
import { KINDS, type Kind, noNumbers } from './mix.ts';

export class Load {
  readonly #worker: Worker;
  /** The numbers of all writes answered with 201, in all loads. */
  readonly created: Readonly<Record<Kind, number[]>> = noNumbers();

  constructor(setup: GeneratorSetup) {
    this.#worker = new Worker(new URL('./generator.ts', import.meta.url), { workerData: setup });
  }

  /** Applies a load; resolves once every request is answered. Only one can run at a time. */
  async run(stretch: Stretch): Promise<StretchResult> {
    this.#worker.postMessage(stretch);
    const [result] = (await once(this.#worker, 'message')) as [StretchResult];
    for (const kind of KINDS) for (const number of result.counts.created[kind]) this.created[kind].push(number);
    return result;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
