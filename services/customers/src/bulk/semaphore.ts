import { BatchQueue } from '@mo/service-kit';
import { UPLOADS_MAX } from './limits.ts';

/** A queue that limits the concurrent transactions of uploads. */
export type Semaphore = BatchQueue<() => Promise<void>, undefined>;

/** @param max the limit of concurrent works */
export const semaphoreOf = (max: number): Semaphore =>
  new BatchQueue({
    run: async (works) => {
      for (const work of works) await work();
      return works.map(() => undefined);
    },
    weightMax: 1,
    queueWeightMax: UPLOADS_MAX,
    inFlightMax: max,
  });

/** Runs work once the semaphore has a free place. */
export async function inTurn<T>(semaphore: Semaphore, work: () => Promise<T>): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  await semaphore.submit(async () => resolve(await work()));
  return promise;
}
