import { BatchQueue } from '@mo/service-kit';
import { UPLOADS_MAX } from './limits.ts';

/** Where the transactions of uploads have their turns. */
export type Lane = BatchQueue<() => Promise<void>, undefined>;

/** @param max how many works have their turn at once */
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

/** Does some work once it is its turn. */
export async function inTurn<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  await lane.submit(async () => resolve(await work()));
  return promise;
}
