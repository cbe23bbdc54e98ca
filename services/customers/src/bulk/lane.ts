import { BatchQueue } from '@mo/service-kit';
import { UPLOADS_MAX } from './limits.ts';

/** A queue that limits the concurrent transactions of uploads. */
export type Lane = BatchQueue<() => Promise<void>, undefined>;

/** @param max the limit of concurrent works */
export const laneOf = (max: number): Lane =>
  new BatchQueue({
    run: async (works) => {
      for (const work of works) await work();
      return works.map(() => undefined);
    },
    weightMax: 1,
    queueWeightMax: UPLOADS_MAX,
    inFlightMax: max,
  });

/** Runs work once the lane has a free place. */
export async function inTurn<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  await lane.submit(async () => resolve(await work()));
  return promise;
}
