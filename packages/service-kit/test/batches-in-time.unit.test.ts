import type { Gathering } from '../src/index.ts';
import { ManualClock } from './harness.ts';
import { heldQueue } from './held-queue.ts';

describe('gathering', () => {
  const PAUSE_MS = 2;
  const WAIT_MS_MAX = 8;
  function gatheringQueue(limits: { weightMax?: number } = {}) {
    const clock = new ManualClock();
    const gathering: Gathering = { clock, itemsMin: 3, pauseMs: PAUSE_MS, waitMsMax: WAIT_MS_MAX };
    return { clock, ...heldQueue({ gathering, ...limits }) };
  }

  it('waits, under load, until arrivals pause', async () => {
    const { clock, submit, submitBehind, runs, taken } = gatheringQueue();
    await submitBehind(1, 2, 3, 4);
    await runs[0]?.finish();
    await submit(5);
    await clock.advance(PAUSE_MS);
    expect(taken()).toEqual([[1]]);
    await clock.advance(PAUSE_MS);
    expect(taken()).toEqual([[1], [2, 3, 4, 5]]);
  });

  it('also waits for callers that the last run answered, even if none is queued yet', async () => {
    const { clock, submit, submitBehind, runs, taken } = gatheringQueue();
    await submitBehind(1, 2, 3, 4);
    await runs[0]?.finish();
    await clock.advance(PAUSE_MS);
    await clock.advance(PAUSE_MS);
    await runs[1]?.finish();
    await submit(5);
    expect(taken()).toHaveLength(2);
    for (let waitedMs = 0; waitedMs <= WAIT_MS_MAX; waitedMs += PAUSE_MS) await clock.advance(PAUSE_MS);
    expect(taken()[2]).toEqual([5]);
  });

  it('never delays a run beyond the maximum, however many items arrive', async () => {
    const { clock, submit, submitBehind, runs, taken } = gatheringQueue();
    await submitBehind(1, 2, 3, 4);
    await runs[0]?.finish();
    for (let waitedMs = 0; waitedMs < WAIT_MS_MAX; waitedMs += PAUSE_MS) {
      expect(taken()).toHaveLength(1);
      await submit(10 + waitedMs);
      await clock.advance(PAUSE_MS);
    }
    expect(taken()).toEqual([[1], [2, 3, 4, 10, 12, 14, 16]]);
  });

  it('does not wait if a full batch is queued', async () => {
    const { submitBehind, runs, taken } = gatheringQueue({ weightMax: 3 });
    await submitBehind(1, 2, 3, 4);
    await runs[0]?.finish();
    expect(taken()).toEqual([[1], [2, 3, 4]]);
  });

  it('does not start below the minimum number of items', async () => {
    const { clock, submitBehind, runs, taken } = gatheringQueue();
    await submitBehind(1, 2, 3);
    await runs[0]?.finish();
    expect(taken()).toEqual([[1], [2, 3]]);
    await runs[1]?.finish();
    expect(clock.sleepers).toBe(0);
  });
});

describe('next to another batch', () => {
  const beside = { weightMin: 3, inFlightMax: 2 };

  it('starts once enough is queued, and takes all of it', async () => {
    const { submit, submitBehind, taken } = heldQueue({ beside });
    await submitBehind(1, 2, 3);
    expect(taken()).toEqual([[1]]);
    await submit(4, 5);
    expect(taken()).toEqual([[1], [2, 3, 4, 5]]);
  });

  it('counts the weight of items', async () => {
    const { submitBehind, taken } = heldQueue({ beside, weigh: (item) => item });
    await submitBehind(1, 2);
    expect(taken()).toEqual([[1]]);
    await submitBehind(1);
    expect(taken()).toEqual([[1], [2, 1]]);
  });

  it('respects the maximum of concurrent runs', async () => {
    const { submit, submitBehind, runs, taken } = heldQueue({ beside });
    await submitBehind(1, 2, 3, 4);
    await submit(5, 6, 7);
    expect(taken()).toEqual([[1], [2, 3, 4]]);
    await runs[1]?.finish();
    expect(taken()[2]).toEqual([5, 6, 7]);
  });

  it('leaves too few items to the run after the last one in progress', async () => {
    const { submit, submitBehind, runs, taken } = heldQueue({ beside });
    await submitBehind(1, 2, 3, 4);
    await submit(5, 6);
    await runs[0]?.finish();
    expect(taken()).toHaveLength(2);
    await runs[1]?.finish();
    expect(taken()[2]).toEqual([5, 6]);
  });

  it('does not wait for arrivals to pause', async () => {
    const clock = new ManualClock();
    const gathering: Gathering = { clock, itemsMin: 1, pauseMs: 2, waitMsMax: 8 };
    const { submit, runs, taken } = heldQueue({ beside, gathering });
    await submit(1);
    await runs[0]?.finish();
    await submit(2, 3);
    expect(taken()).toEqual([[1]]);
    await submit(4);
    expect(taken()).toEqual([[1], [2, 3, 4]]);
  });
});
