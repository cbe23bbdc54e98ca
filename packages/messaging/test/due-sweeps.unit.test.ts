import { DueSweeps, SWEEP_INTERVAL_MS, SWEEP_RETRY_MS } from '../src/follower/due-sweeps.ts';

/** Sweeps of three streams, whose owners fail as the test says. */
function dueSweepsUnderTest() {
  const stopping = new AbortController();
  const world = {
    nowMs: 0,
    isLeader: true,
    unreachable: new Set<string>(),
    onSweep: () => {},
    isWell: null as boolean | null,
  };
  let swept: string[] = [];
  const due = new DueSweeps({
    swept: ['customers', 'loans', 'payments'],
    sweep: async (stream) => {
      swept.push(stream);
      world.onSweep();
      if (world.unreachable.has(stream)) throw new Error(`${stream} can't be reached`);
    },
    isLeader: () => world.isLeader,
    clock: { elapsed: () => world.nowMs },
    signal: stopping.signal,
  });
  const roundAfter = async (passedMs: number) => {
    world.nowMs += passedMs;
    swept = [];
    const [{ reason, value } = {}] = (await Promise.allSettled([due.round()])) as { reason?: Error; value?: boolean }[];
    world.isWell = value ?? null;
    return [...swept, ...(reason === undefined ? [] : [reason.message])];
  };
  return { world, stopping, roundAfter };
}

const ALL = ['customers', 'loans', 'payments'];

it('all streams are swept at first, and again a minute after each sweep', async () => {
  const { roundAfter } = dueSweepsUnderTest();
  expect(await roundAfter(0)).toEqual(ALL);
  expect(await roundAfter(SWEEP_INTERVAL_MS - 1)).toEqual([]);
  expect(await roundAfter(1)).toEqual(ALL);
});

it('a stream whose sweep fails is swept again soon, the others as usual; the first failure is reported', async () => {
  const { roundAfter, world } = dueSweepsUnderTest();
  world.unreachable = new Set(['customers', 'loans']);
  expect(await roundAfter(0)).toEqual([...ALL, "customers can't be reached"]);
  expect(await roundAfter(SWEEP_RETRY_MS - 1)).toEqual([]);
  world.unreachable.delete('customers');
  expect(await roundAfter(1)).toEqual(['customers', 'loans', "loans can't be reached"]);
  expect(await roundAfter(SWEEP_INTERVAL_MS - SWEEP_RETRY_MS)).toEqual(['loans', 'payments', "loans can't be reached"]);
});

it('a process that does not lead sweeps nothing, not even the next stream once it has lost the lead', async () => {
  const { roundAfter, world } = dueSweepsUnderTest();
  world.onSweep = () => {
    world.isLeader = false;
  };
  expect(await roundAfter(0)).toEqual(['customers']);
  expect(await roundAfter(SWEEP_INTERVAL_MS)).toEqual([]);
  world.isLeader = true;
  world.onSweep = () => {};
  expect(await roundAfter(0)).toEqual(ALL);
});

it('a sweep that fails after the stop is the last one', async () => {
  const { roundAfter, world, stopping } = dueSweepsUnderTest();
  world.unreachable.add('customers');
  world.onSweep = () => stopping.abort(new Error('stopping'));
  expect(await roundAfter(0)).toEqual(['customers', 'stopping']);
});

it('a round does not count as a success until what failed has been swept', async () => {
  const { roundAfter, world } = dueSweepsUnderTest();
  await roundAfter(0);
  expect(world.isWell).toBe(true);
  world.unreachable.add('loans');
  await roundAfter(SWEEP_INTERVAL_MS);
  expect(world.isWell).toBe(null);
  await roundAfter(SWEEP_RETRY_MS - 1);
  expect(world.isWell).toBe(false);
  world.unreachable.clear();
  await roundAfter(1);
  expect(world.isWell).toBe(true);
});
