/** The load generator, from the side of who orders a load. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { GeneratorSetup, Stretch, StretchResult } from './generator.ts';

export class Load {
  readonly #worker: Worker;

  constructor(setup: GeneratorSetup) {
    this.#worker = new Worker(new URL('./generator.ts', import.meta.url), { workerData: setup });
  }

  /** Puts a load on, and answers once everything that was sent is answered, too. One at a time. */
  async run(stretch: Stretch): Promise<StretchResult> {
    this.#worker.postMessage(stretch);
    const [result] = (await once(this.#worker, 'message')) as [StretchResult];
    return result;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
