/** The load generator, from the side of who orders a load. */
import { Worker } from 'node:worker_threads';
import type { HttpNews, HttpOrder } from './http-worker.ts';
import type { Outcome } from './outcome.ts';

/** How much longer than it was ordered a stretch may take: callers wait for their answers. */
const GRACE_MS = 60_000;

export class HttpLoad {
  readonly #worker = new Worker(new URL('./http-worker.ts', import.meta.url));

  /**
   * Puts a load on, and answers once everything that was sent is answered, too. One at a time.
   *
   * @param onToken told of the tokens that the order asks for, while the load goes on
   */
  run(order: HttpOrder, onToken: (token: string) => void = () => {}): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const timer = setTimeout(
      () => reject(new Error('the load generator does not come to an end')),
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
