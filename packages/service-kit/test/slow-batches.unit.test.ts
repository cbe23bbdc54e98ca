import { jest } from '@jest/globals';
import { BatchQueue } from '../src/index.ts';
import { settled } from './harness.ts';

const SLOW = { afterMs: 100, inFlightMax: 3 };

/** Time passes as told alone: on a busy machine anything may take long. */
beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

/** A queue whose runs end when the test says so. */
function queueWith(slow: { afterMs: number; inFlightMax: number } | null) {
  const runs: { items: number[]; finish: () => Promise<void> }[] = [];
  const queue = new BatchQueue<number, number>({
    run: (items) => {
      const { promise, resolve } = Promise.withResolvers<number[]>();
      runs.push({
        items,
        finish: () => {
          resolve(items);
          return settled();
        },
      });
      return promise;
    },
    weightMax: 100,
    queueWeightMax: 1_000,
    ...(slow !== null && { slow }),
  });
  const pause = async (durationMs = 20 * SLOW.afterMs) => {
    await settled();
    jest.advanceTimersByTime(durationMs);
    await settled();
  };
  return { queue, runs, pause, taken: () => runs.map(({ items }) => items) };
}

describe('a batch that takes long', () => {
  it('lets another start next to it, with all queued items', async () => {
    const { queue, pause, taken } = queueWith(SLOW);
    void queue.submit(1);
    await settled();
    for (const item of [2, 3]) void queue.submit(item);
    await pause(SLOW.afterMs - 1);
    expect(taken()).toEqual([[1]]);
    await pause(1);
    expect(taken()).toEqual([[1], [2, 3]]);
  });

  it('does so up to the maximum of concurrent batches', async () => {
    const { queue, taken, pause, runs } = queueWith(SLOW);
    for (let count = 1; count <= SLOW.inFlightMax; count += 1) {
      void queue.submit(count);
      await pause(SLOW.afterMs);
    }
    void queue.submit(4);
    await pause();
    expect(taken()).toEqual([[1], [2], [3]]);
    await runs[1]?.finish();
    expect(taken()[3]).toEqual([4]);
  });

  it('no longer counts once it has ended: batches run one at a time again', async () => {
    const { queue, pause, taken, runs } = queueWith(SLOW);
    void queue.submit(1);
    await settled();
    void queue.submit(2);
    await pause(SLOW.afterMs);
    await Promise.all(runs.map(({ finish }) => finish()));
    void queue.submit(3);
    await settled();
    void queue.submit(4);
    await settled();
    expect(taken()).toEqual([[1], [2], [3]]);
  });

  it('delays the others by default', async () => {
    const { queue, taken, pause } = queueWith(null);
    void queue.submit(1);
    await settled();
    void queue.submit(2);
    await pause();
    expect(taken()).toEqual([[1]]);
  });
});
