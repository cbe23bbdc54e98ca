import { setImmediate as turn } from 'node:timers/promises';
import { createRegistry } from '@mo/service-kit';
import { Housekeeping } from '../src/relay/housekeeping.ts';
import { notedLines } from './noted-lines.ts';

const START_MS = Date.UTC(2026, 0, 1);
const ROUND_MS = 5_000;
const TURNS = 20;

/** A process whose clock a test advances by a round. */
function processUnderTest() {
  const world = { setBackMs: 0, holding: true, depth: { entries: 3, ageSeconds: 1.5, parked: 1 }, isReachable: true };
  const done: string[] = [];
  let nowMs = START_MS;
  let sleeping: (() => void)[] = [];
  const chores = new Map<string, () => Promise<boolean>>();
  const registry = createRegistry('loans');
  const { logger, lines } = notedLines();
  const housekeeping = new Housekeeping({
    relay: {
      get holding() {
        return world.holding;
      },
    },
    outbox: {
      depth: async () => {
        if (!world.isReachable) throw new Error('the database is unreachable');
        return world.depth;
      },
      unpark: async () => void done.push('unpark'),
    },
    chores: ['first', 'second'].map((name) => ({
      name,
      work: async (atMs) => {
        done.push(`${name} ${(atMs - START_MS) / 1000} s`);
        return (await chores.get(name)?.()) ?? false;
      },
    })),
    clock: {
      now: () => nowMs - world.setBackMs,
      elapsed: () => nowMs,
      sleep: () => new Promise<void>((resolve) => sleeping.push(resolve)),
    },
    logger,
    registry,
  });
  const settle = async () => {
    for (let n = 0; n < TURNS; n += 1) await turn();
  };
  const rounds = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      nowMs += ROUND_MS;
      await wake();
    }
  };
  const wake = () => {
    const woken = sleeping;
    sleeping = [];
    for (const go of woken) go();
    return settle();
  };
  const gauges = async () => {
    const all = (await registry.getMetricsAsJSON()) as { name: string; values: { value: number }[] }[];
    const numberOf = (name: string) => all.find((metric) => metric.name === name)?.values[0]?.value;
    return ['mo_outbox_entries', 'mo_outbox_age_seconds', 'mo_outbox_parked', 'mo_relay_holding'].map(numberOf);
  };
  housekeeping.start();
  return { world, done, chores, lines, settle, wake, rounds, gauges };
}

it('the relaying process reports the outbox depth, and reports zeros as soon as it no longer relays', async () => {
  const { world, settle, rounds, gauges } = processUnderTest();
  await settle();
  expect(await gauges()).toEqual([3, 1.5, 1, 1]);
  world.holding = false;
  expect(await gauges()).toEqual([0, 0, 0, 0]);
  await rounds(1);
  world.holding = true;
  expect(await gauges()).toEqual([0, 0, 0, 1]);
  await rounds(1);
  expect(await gauges()).toEqual([3, 1.5, 1, 1]);
});

it('once a minute the relaying process retries parked entries and deletes old rows', async () => {
  const { world, done, settle, rounds } = processUnderTest();
  await settle();
  expect(done.toSorted()).toEqual(['first 0 s', 'second 0 s', 'unpark']);
  await rounds(11);
  expect(done).toHaveLength(3);
  world.depth = { ...world.depth, parked: 0 };
  await rounds(1);
  expect(done.slice(3)).toEqual(['first 60 s', 'second 60 s']);
  world.holding = false;
  await rounds(24);
  expect(done).toHaveLength(5);
});

it('runs once a minute, even if the clock is set back', async () => {
  const { world, done, settle, rounds } = processUnderTest();
  await settle();
  world.setBackMs = 3_600_000;
  await rounds(12);
  expect(done.slice(3).toSorted()).toEqual(['first -3540 s', 'second -3540 s', 'unpark']);
});

it('further portions run in the same minute, and a failing chore does not stop the others', async () => {
  const { world, done, chores, settle, wake, rounds } = processUnderTest();
  await settle();
  world.depth = { ...world.depth, parked: 0 };
  done.length = 0;
  const left = [true, true];
  chores.set('second', async () => left.pop() ?? false);
  chores.set('first', () => Promise.reject(new Error('it takes too long')));
  await rounds(12);
  for (let pause = 0; pause < 5; pause += 1) await wake();
  expect(done).toEqual(['first 60 s', 'second 60 s', 'second 60 s', 'second 60 s']);
  await rounds(12);
  expect(done.slice(4)).toEqual(['first 120 s', 'second 120 s']);
});

it('an unreachable database is retried', async () => {
  const { world, settle, rounds, gauges } = processUnderTest();
  world.isReachable = false;
  await settle();
  world.isReachable = true;
  world.depth = { entries: 7, ageSeconds: 0, parked: 0 };
  await rounds(1);
  expect((await gauges())[0]).toBe(7);
});

it('what failed is over once it succeeds, not in rounds in which it is not due', async () => {
  const { world, chores, lines, settle, rounds } = processUnderTest();
  await settle();
  chores.set('first', () => Promise.reject(new Error('it takes too long')));
  await rounds(12);
  await rounds(11);
  expect(lines).toEqual(['warn first: housekeeping failed and will be retried']);
  chores.clear();
  await rounds(1);
  expect(lines.slice(1)).toEqual(['info background work succeeds again']);
  world.isReachable = false;
  await rounds(1);
  world.holding = false;
  await rounds(1);
  expect(lines.slice(2)).toEqual(['warn the outbox could not be queried and will be queried again']);
});
