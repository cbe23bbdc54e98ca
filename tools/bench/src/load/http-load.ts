/** Runs HTTP load in a worker thread: the ordering side. */
import { Worker } from 'node:worker_threads';
import type { HttpNews, HttpOrder } from './http-worker.ts';
import type { Outcome } from './outcome.ts';

/** How much longer than ordered a load may take, because callers wait for their answers. */
const GRACE_MS = 60_000;

export class HttpLoad {
  readonly #worker = new Worker(new URL('./http-worker.ts', import.meta.url));

  /**
   * Applies a load; resolves once every request is answered. Only one can run at a time.
   *
   * @param onToken receives the tokens that the order asks for, during the load
   */
  run(order: HttpOrder, onToken: (token: string) => void = () => {}): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const timer = setTimeout(
      () => reject(new Error('the load generator does not finish')),
      order.durationMs + GRACE_MS,
    );
    const take = (news: HttpNews) => ('token' in news ? onToken(news.token) : resolve(news.outcome));
    this.#worker.on('message', take);
    this.#worker.on('error', reject);
    this.#worker.postMessage(order);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#worker.off('message', take);
      this.#worker.off('error', reject);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
