import fc from 'fast-check';
import { QueueFullError } from '../src/index.ts';
import { heldQueue, type Run } from './held-queue.ts';

describe('natural batching', () => {
  it('runs an item at once if no run is in progress', async () => {
    const { submit, taken, queue } = heldQueue();
    await submit(1);
    expect(taken()).toEqual([[1]]);
    expect(queue.depth).toBe(0);
  });

  it('batches items of the same turn of the event loop, a microtask more or less apart', async () => {
    const { submit, taken } = heldQueue();
    void submit(1, 2);
    await Promise.resolve();
    await submit(3);
    expect(taken()).toEqual([[1, 2, 3]]);
  });

  it('batches items that arrived during a run, in order', async () => {
    const { submitBehind, answers, runs, taken, queue } = heldQueue();
    await submitBehind(1, 2, 3, 4);
    expect(queue.depth).toBe(3);
    await runs[0]?.finish();
    expect(taken()).toEqual([[1], [2, 3, 4]]);
    await runs[1]?.finish();
    expect(await Promise.all(answers)).toEqual(['1!', '2!', '3!', '4!']);
  });

  it('is idle again afterwards: the next item runs at once', async () => {
    const { submit, runs, taken } = heldQueue();
    await submit(1);
    await runs[0]?.finish();
    await submit(2);
    expect(taken()).toEqual([[1], [2]]);
  });

  it('has at most the given number of concurrent runs', async () => {
    const { submit, runs, taken } = heldQueue({ inFlightMax: 2 });
    for (const items of [[1], [2], [3, 4]]) await submit(...items);
    expect(taken()).toEqual([[1], [2]]);
    await runs[1]?.finish();
    expect(taken()).toEqual([[1], [2], [3, 4]]);
  });

  it('reports the number of items of each batch', async () => {
    const sizes: number[] = [];
    const { submitBehind, runs } = heldQueue({ onBatch: (items) => sizes.push(items) });
    await submitBehind(1, 2, 3);
    await runs[0]?.finish();
    expect(sizes).toEqual([1, 2]);
  });
});

describe('weight', () => {
  const weighed = { weigh: (item: number) => item, weightMax: 10 };

  it('fills a batch up to its maximum, and leaves the rest for the next', async () => {
    const { submitBehind, runs, taken } = heldQueue(weighed);
    await submitBehind(1, 4, 6, 1, 2);
    await runs[0]?.finish();
    await runs[1]?.finish();
    expect(taken()).toEqual([[1], [4, 6], [1, 2]]);
  });

  it('runs an item that is heavier than any batch alone, in order', async () => {
    const { submitBehind, runs, taken } = heldQueue(weighed);
    await submitBehind(1, 2, 50, 3);
    for (const place of [0, 1, 2]) await runs[place]?.finish();
    expect(taken()).toEqual([[1], [2], [50], [3]]);
  });
});

describe('a full queue', () => {
  it('refuses further items, and has space again after the next run', async () => {
    const { submitBehind, runs, queue } = heldQueue({ queueWeightMax: 2 });
    await submitBehind(1, 2, 3);
    await expect(queue.submit(4)).rejects.toThrow(QueueFullError);
    await runs[0]?.finish();
    const later = queue.submit(5);
    await runs[1]?.finish();
    await runs[2]?.finish();
    expect(runs[2]?.items).toEqual([5]);
    expect(await later).toBe('5!');
  });
});

describe('a failing run', () => {
  it('fails its own items, and none before or after', async () => {
    const { submit, submitBehind, answers, runs } = heldQueue();
    await submitBehind(1, 2, 3);
    await runs[0]?.finish();
    await submit(4);
    await runs[1]?.fail(new Error('the disk is full'));
    await runs[2]?.finish();
    const outcomes = await Promise.allSettled(answers);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    await expect(answers[1]).rejects.toThrow('the disk is full');
  });
});

describe('drained', () => {
  it('resolves at once if nothing is queued', async () => {
    await expect(heldQueue().queue.drained()).resolves.toBeUndefined();
  });

  it('resolves only after all queued items have run, failures included', async () => {
    const { queue, submitBehind, runs } = heldQueue();
    await submitBehind(1, 2);
    let isDrained = false;
    const drained = queue.drained().then(() => {
      isDrained = true;
    });
    await runs[0]?.finish();
    expect(isDrained).toBe(false);
    await runs[1]?.fail(new Error('failed'));
    await drained;
  });
});

describe('with any order of arrivals, runs and failures', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('submit' as const), weight: fc.integer({ min: 1, max: 5 }) }) },
    fc.record({ do: fc.constantFrom('finish' as const, 'fail' as const), place: fc.nat({ max: 3 }) }),
  );
  const limits = fc.record(
    {
      weightMax: fc.integer({ min: 1, max: 8 }),
      queueWeightMax: fc.integer({ min: 1, max: 12 }),
      inFlightMax: fc.integer({ min: 1, max: 3 }),
      beside: fc.record({ weightMin: fc.integer({ min: 1, max: 8 }), inFlightMax: fc.integer({ min: 1, max: 4 }) }),
    },
    { requiredKeys: ['weightMax', 'queueWeightMax', 'inFlightMax'] },
  );

  it('each item is answered once, by its own batch, in order of arrival and within the limits', async () => {
    await fc.assert(
      fc.asyncProperty(limits, fc.array(step, { maxLength: 40 }), async (limit, steps) => {
        const weights: number[] = [];
        const { queue, submit, answers, runs } = heldQueue({ ...limit, weigh: (item) => weights[item] as number });
        const underWay = new Set<Run>();
        const failed = new Set<number>();
        let watched = 0;
        const watch = () => {
          for (; watched < runs.length; watched += 1) underWay.add(runs[watched] as Run);
          expect(underWay.size).toBeLessThanOrEqual(Math.max(limit.inFlightMax, limit.beside?.inFlightMax ?? 0));
        };
        const end = async (how: 'finish' | 'fail', place: number) => {
          const run = [...underWay][place % Math.max(1, underWay.size)];
          if (run === undefined) return;
          underWay.delete(run);
          if (how === 'fail') for (const item of run.items) failed.add(item);
          await (how === 'finish' ? run.finish() : run.fail(new Error('failed')));
          watch();
        };
        for (const one of steps) {
          if (one.do === 'submit') {
            await submit(weights.push(one.weight) - 1);
            watch();
          } else await end(one.do, one.place);
          expect(queue.depth).toBeLessThanOrEqual(Math.max(limit.queueWeightMax, 5));
        }
        while (underWay.size > 0) await end('finish', 0);
        await queue.drained();

        const outcomes = await Promise.allSettled(answers);
        const accepted = outcomes.flatMap((outcome, item) =>
          outcome.status === 'rejected' && outcome.reason instanceof QueueFullError ? [] : [item],
        );
        expect(runs.flatMap(({ items }) => items)).toEqual(accepted);
        for (const item of accepted) {
          expect(outcomes[item]).toMatchObject(
            failed.has(item) ? { reason: { message: 'failed' } } : { value: `${item}!` },
          );
        }
        for (const { items } of runs) {
          const weight = items.reduce((sum, item) => sum + (weights[item] as number), 0);
          expect(items.length === 1 || weight <= limit.weightMax).toBe(true);
        }
        expect(queue.depth).toBe(0);
      }),
    );
  });
});
