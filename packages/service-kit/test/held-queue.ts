import { BatchQueue, type BatchQueueOptions } from '../src/index.ts';
import { settled } from './harness.ts';

export interface Run {
  items: number[];
  finish: () => Promise<void>;
  fail: (error: Error) => Promise<void>;
}

/** A queue whose runs end when the test says so; item n is answered with `n!`. */
export function heldQueue(options: Partial<BatchQueueOptions<number, string>> = {}) {
  const runs: Run[] = [];
  const queue = new BatchQueue<number, string>({
    run: (items) => {
      const { promise, resolve, reject } = Promise.withResolvers<string[]>();
      runs.push({
        items,
        finish: () => {
          resolve(items.map((item) => `${item}!`));
          return settled();
        },
        fail: (error) => {
          reject(error);
          return settled();
        },
      });
      return promise;
    },
    weightMax: 100,
    queueWeightMax: 1_000,
    ...options,
  });
  const answers: Promise<string>[] = [];
  /** Submits items in one turn; resolves in the next. */
  const submit = (...items: number[]) => {
    for (const item of items) {
      const answer = queue.submit(item);
      answer.catch(() => {});
      answers.push(answer);
    }
    return settled();
  };
  /** A run of the first item, during which the others come. */
  const submitBehind = async (first: number, ...others: number[]) => {
    await submit(first);
    await submit(...others);
  };
  return { queue, runs, submit, submitBehind, answers, taken: () => runs.map(({ items }) => items) };
}
