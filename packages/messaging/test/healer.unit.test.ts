import { HEALS_AT_ONCE, LEFT_MAX, SCAN_CUSTOMERS_MAX } from '../src/follower/healer.ts';
import { healerUnderTest, PAUSE_MS, SCAN_INTERVAL_MS, SWEEP_INTERVAL_MS } from './healer-under-test.ts';

/** What a sweep asks for that looks at all. */
const OF_ALL = ['customers', 'payments'].map((stream) => [stream, 0, undefined, 0]);

type UnderTest = ReturnType<typeof healerUnderTest>;
let tested: UnderTest;
beforeEach(() => {
  tested = healerUnderTest();
});
afterEach(() => tested.healer.stop());

describe('a customer that is behind', () => {
  it('catches up at once, on each stream up to the highest version seen', async () => {
    const account = { customerId: 7, version: 0, restricted: 0, applied: {}, behind: { customers: 3, payments: 2 } };
    tested.healer.heal(account);
    await tested.settle();
    expect(tested.world.caughtUp).toEqual(['7 customers 3 behind', '7 payments 2 behind']);
  });

  it('is found in the database, after the process that marked it has ended', async () => {
    tested.world.behind = [{ customerId: 7, stream: 'payments', version: 4 }];
    await tested.start();
    expect(tested.world.caughtUp).toEqual(['7 payments 4 behind']);
  });

  it('is found page by page, however many there are', async () => {
    tested.world.behind = Array.from({ length: 2 * SCAN_CUSTOMERS_MAX + 1 }, (_, place) => ({
      customerId: place + 1,
      stream: 'payments',
      version: 4,
    }));
    await tested.start();
    for (let scan = 0; scan < 2; scan += 1) await tested.pass(SCAN_INTERVAL_MS);
    expect(tested.world.caughtUp).toContain(`${2 * SCAN_CUSTOMERS_MAX + 1} payments 4 behind`);
  });

  it('is searched for by one process of the service only', async () => {
    tested.world.isLeader = false;
    tested.world.behind = [{ customerId: 7, stream: 'payments', version: 4 }];
    await tested.start();
    expect([tested.world.caughtUp, tested.world.asked]).toEqual([[], []]);
  });
});

describe('the sweep', () => {
  it('queries each owner for all heads, page by page, and catches up on versions not applied', async () => {
    tested.world.pageMax = 2;
    tested.world.heads.set(
      'payments',
      [1, 2, 3, 4, 5].map((id) => [id, id * 10]),
    );
    await tested.start();
    expect(tested.world.caughtUp).toEqual([1, 2, 3, 4, 5].map((id) => `${id} payments ${id * 10} sweep`));
    expect(tested.world.asked).toEqual([
      ['customers', 0, undefined, 0],
      ...[0, 2, 4].map((after) => ['payments', 0, undefined, after]),
    ]);
  });

  it('continues to an empty page if the last page is full', async () => {
    tested.world.marksLastPage = false;
    tested.world.heads.set('payments', [[1, 10]]);
    await tested.start();
    expect(tested.world.asked.map(([stream, , , after]) => `${stream} ${after}`)).toEqual([
      'customers 0',
      'payments 0',
      'payments 1',
    ]);
  });

  it('that failed for long queries all heads, page by page', async () => {
    await tested.start();
    tested.world.reachable = false;
    for (let minute = 0; minute < 31; minute += 1) await tested.pass(60_000);
    tested.world.reachable = true;
    tested.world.asked.length = 0;
    await tested.pass(60_000);
    expect(tested.world.asked).toEqual(OF_ALL);
    await tested.pass(SWEEP_INTERVAL_MS);
    expect(tested.world.asked.at(-1)?.[1]).toBeGreaterThan(0);
  });

  it('runs when it is due, even if the clock is set back', async () => {
    await tested.start();
    tested.world.setBackMs = 3_600_000;
    await tested.pass(SWEEP_INTERVAL_MS);
    expect(tested.world.asked).toEqual([...OF_ALL, ...OF_ALL]);
  });

  it('that fails is covered by the next one, which looks back further', async () => {
    tested.world.reachable = false;
    await tested.start();
    tested.world.reachable = true;
    tested.world.heads.set('customers', [[1, 1]]);
    await tested.pass(SWEEP_INTERVAL_MS);
    expect(tested.world.asked).toEqual([...OF_ALL, ...OF_ALL]);
    expect(tested.world.caughtUp).toEqual(['1 customers 1 sweep']);
  });

  it('queries other owners while one is unreachable, but not for customers that wait for that one', async () => {
    const { world, pass } = tested;
    world.heads.set('customers', [[1, 10]]);
    world.stuck.add(1);
    await tested.start();
    await pass(SCAN_INTERVAL_MS);
    world.heads.clear();
    world.stuck.clear();
    world.unreachable.add('customers');
    world.heads.set('payments', [[2, 20]]);
    await pass(SWEEP_INTERVAL_MS);
    expect(new Set(world.caughtUp)).toEqual(new Set(['2 payments 20 sweep']));
    world.unreachable.clear();
    await pass(SWEEP_INTERVAL_MS);
    expect(world.caughtUp).toContain('1 customers 10 sweep');
  });

  it('returns to customers that could not catch up, however long ago that was', async () => {
    const { world, pass } = tested;
    world.heads.set('payments', [
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
    world.stuck.add(2);
    await tested.start();
    // The pause after what failed, on which the sweep waits.
    await pass(SCAN_INTERVAL_MS);
    expect(world.caughtUp).toEqual(['1 payments 10 sweep', '3 payments 30 sweep']);
    world.heads.clear();
    await pass(SWEEP_INTERVAL_MS);
    expect(world.caughtUp).toHaveLength(2);
    world.stuck.clear();
    for (let seconds = 0; seconds <= 60; seconds += 1) await pass(SCAN_INTERVAL_MS);
    expect(world.caughtUp.slice(2)).toEqual(['2 payments 20 sweep']);
  });

  it('ends for a customer once its owner has answered, even if the stream ends earlier', async () => {
    const { world, pass } = tested;
    world.heads.set('payments', [[1, 10]]);
    world.stuck.add(1);
    await tested.start();
    await pass(SCAN_INTERVAL_MS);
    world.heads.clear();
    world.stuck.clear();
    world.shorter.add(1);
    for (let seconds = 0; seconds <= 180; seconds += 1) await pass(SCAN_INTERVAL_MS);
    expect(world.caughtUp).toEqual(['1 payments 10 sweep']);
  });

  it('starts as soon as a process does the housekeeping, and is not repeated early', async () => {
    tested.world.isLeader = false;
    await tested.start();
    await tested.pass(SCAN_INTERVAL_MS);
    expect(tested.world.asked).toEqual([]);
    tested.world.isLeader = true;
    await tested.pass(SCAN_INTERVAL_MS);
    expect(tested.world.asked).toEqual(OF_ALL);
    for (let passedMs = SCAN_INTERVAL_MS; passedMs < SWEEP_INTERVAL_MS; passedMs += SCAN_INTERVAL_MS)
      await tested.pass(SCAN_INTERVAL_MS);
    expect(tested.world.asked).toEqual(OF_ALL);
    await tested.pass(SCAN_INTERVAL_MS);
    expect(tested.world.asked.length).toBeGreaterThan(OF_ALL.length);
  });

  it('that fails is repeated within seconds', async () => {
    tested.world.reachable = false;
    await tested.start();
    tested.world.reachable = true;
    for (let seconds = 0; seconds < 6; seconds += 1) await tested.pass(SCAN_INTERVAL_MS);
    expect(tested.world.asked).toEqual([...OF_ALL, ...OF_ALL]);
  });

  it('of another stream runs no sooner because of that', async () => {
    tested.world.unreachable.add('customers');
    await tested.start();
    for (let seconds = 0; seconds < 6; seconds += 1) await tested.pass(SCAN_INTERVAL_MS);
    expect(tested.world.asked.map(([stream]) => stream)).toEqual(['customers', 'payments', 'customers']);
  });

  it('starts with the remaining customers if there is no room for more, as long as their number shrinks', async () => {
    const { world, pass } = tested;
    const ids = Array.from({ length: LEFT_MAX }, (_, place) => place + 1);
    world.pageMax = 2 * LEFT_MAX;
    world.heads.set(
      'payments',
      ids.map((id) => [id, 10]),
    );
    world.stuck = new Set(ids);
    await tested.start();
    const pauses = async (count: number) => {
      for (let n = 0; n < count; n += 1) await pass(PAUSE_MS);
    };
    await pauses(LEFT_MAX / HEALS_AT_ONCE + 1);
    const another = LEFT_MAX + 1;
    world.heads.set('payments', [[another, 10]]);
    world.stuck = new Set([...ids.slice(HEALS_AT_ONCE), another]);
    await pass(SWEEP_INTERVAL_MS);
    await pauses(3);
    expect(world.caughtUp).toEqual(ids.slice(0, HEALS_AT_ONCE).map((id) => `${id} payments 10 sweep`));
    world.stuck.clear();
    world.heads.clear();
    for (let seconds = 0; seconds <= 60; seconds += 1) await pass(SCAN_INTERVAL_MS);
    expect(world.caughtUp).toHaveLength(LEFT_MAX + 1);
    expect(world.caughtUp).toContain(`${another} payments 10 sweep`);
  });
});

describe('customers that are no longer marked as behind', () => {
  const dismissed = { customerId: 1, stream: 'payments', version: 99 } as const;

  it.each([true, false])('are pulled until the owner has answered, by a process that relays: %s', async (isLeader) => {
    const { world, healer, pass } = tested;
    world.isLeader = isLeader;
    await tested.start();
    world.stuck.add(1);
    healer.watch([dismissed]);
    await pass(SWEEP_INTERVAL_MS);
    await pass(PAUSE_MS);
    expect(world.caughtUp).toEqual([]);
    world.stuck.clear();
    world.shorter.add(1);
    for (let seconds = 0; seconds <= 180; seconds += 1) await pass(SCAN_INTERVAL_MS);
    expect(world.caughtUp).toEqual(['1 payments 99 sweep']);
  });

  it('are pulled up to the highest version that they were behind on', async () => {
    await tested.start();
    tested.healer.watch([dismissed, { ...dismissed, version: 7 }]);
    await tested.pass(SWEEP_INTERVAL_MS);
    expect(tested.world.caughtUp).toEqual(['1 payments 99 sweep']);
  });
});

describe('the log', () => {
  const failed = 'housekeeping failed and will be retried';

  it('warns of a database that is away at once, and does not take a process without the lease for its return', async () => {
    tested.world.isDatabaseUp = false;
    await tested.start();
    tested.world.isLeader = false;
    await tested.pass(SCAN_INTERVAL_MS);
    expect(tested.lines).toEqual([`warn ${failed}`]);
  });

  it('does not warn of owners that are away while they may be starting', async () => {
    tested.world.reachable = false;
    await tested.start();
    expect(tested.lines).toEqual([`info ${failed}`]);
  });
});
