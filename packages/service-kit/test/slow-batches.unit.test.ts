import { BatchQueue } from '../src/index.ts';
import { settled } from './harness.ts';

/** Long enough on any machine. */
const BEGIN_MS_MAX = 4_000;
const SLOW = { afterMs: 1, inFlightMax: 3 };

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
  const pause = (durationMs = 20 * SLOW.afterMs) => new Promise((resolve) => setTimeout(resolve, durationMs));
  const begun = async (count: number) => {
    for (let tries = 0; runs.length < count && tries < BEGIN_MS_MAX; tries += 1) await pause(1);
  };
  return { queue, runs, begun, pause, taken: () => runs.map(({ items }) => items) };
}

describe('a batch that takes long', () => {
  it('lets another begin beside it, with all that waits', async () => {
    const { queue, begun, taken } = queueWith(SLOW);
    void queue.submit(1);
    await settled();
    for (const item of [2, 3]) void queue.submit(item);
    await begun(2);
    expect(taken()).toEqual([[1], [2, 3]]);
  });

  it('does so for so many at once, and no more', async () => {
    const { queue, begun, taken, pause, runs } = queueWith(SLOW);
    for (let count = 1; count <= SLOW.inFlightMax; count += 1) {
      void queue.submit(count);
      await begun(count);
    }
    void queue.submit(4);
    await pause();
    expect(taken()).toEqual([[1], [2], [3]]);
    await runs[1]?.finish();
    await begun(4);
    expect(taken()[3]).toEqual([4]);
  });

  it('counts for nothing once it has ended: then there is one at a time again', async () => {
    const { queue, begun, taken, runs } = queueWith({ ...SLOW, afterMs: 100 });
    void queue.submit(1);
    await settled();
    void queue.submit(2);
    await begun(2);
    await Promise.all(runs.map(({ finish }) => finish()));
    void queue.submit(3);
    await settled();
    void queue.submit(4);
    await settled();
    expect(taken()).toEqual([[1], [2], [3]]);
  });

  it('holds up the others where nothing else is said', async () => {
    const { queue, taken, pause } = queueWith(null);
    void queue.submit(1);
    await settled();
    void queue.submit(2);
    await pause();
    expect(taken()).toEqual([[1]]);
  });
});
