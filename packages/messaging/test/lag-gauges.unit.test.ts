import { setImmediate as turn } from 'node:timers/promises';
import { createRegistry, STARTING_MS } from '@mo/service-kit';
import { LagGauges } from '../src/follower/lag-gauges.ts';
import { notedLines } from './noted-lines.ts';

const INTERVAL_MS = 10_000;
const TURNS = 20;

/** A process that follows customers, after its first query; a test advances its clock by a round. */
async function processUnderTest() {
  const world = {
    isLeader: true,
    end: 7n,
    behind: 2,
    isKafkaUp: true,
    isDatabaseUp: true,
    setBackMs: 0,
    asked: [] as string[],
    skippedMs: 0,
  };
  let nowMs = 0;
  let wake = () => {};
  const registry = createRegistry('loans');
  const { logger, lines } = notedLines();
  const lag = new LagGauges({
    group: 'mo.loans',
    follows: ['customers'],
    topicPrefix: 'mo',
    groups: {
      progress: async (group, topics) => {
        if (!world.isKafkaUp) throw new Error('Kafka is unreachable');
        world.asked.push(`${group} on ${topics.join()}`);
        return new Map([['mo.customers', [{ partition: 0, committed: 4n, end: world.end }]]]);
      },
    },
    countBehind: async () => {
      if (!world.isDatabaseUp) throw new Error('the database is unreachable');
      return new Map([['customers', world.behind]]);
    },
    isLeader: () => world.isLeader,
    clock: {
      now: () => nowMs - world.setBackMs,
      elapsed: () => nowMs + world.skippedMs,
      sleep: () => new Promise<void>((resolve) => (wake = resolve)),
    },
    logger,
    registry,
  });
  const settle = async () => {
    for (let n = 0; n < TURNS; n += 1) await turn();
  };
  const round = () => {
    nowMs += INTERVAL_MS;
    wake();
    return settle();
  };
  const gauges = () =>
    Promise.all(
      ['mo_follower_lag_events', 'mo_follower_lag_seconds', 'mo_behind_customers'].map(
        async (name) => (await registry.getSingleMetric(name)?.get())?.values[0]?.value,
      ),
    );
  lag.start();
  await settle();
  return { world, lines, round, gauges };
}

it('the relaying process reports the lag of its group and the number of customers behind', async () => {
  const { world, round, gauges } = await processUnderTest();
  await round();
  await round();
  expect(await gauges()).toEqual([3, 20, 2]);
  expect(world.asked[0]).toBe('mo.loans on mo.customers');
});

it('a process that no longer relays reports zeros at once, and starts from scratch when it relays again', async () => {
  const { world, round, gauges } = await processUnderTest();
  await round();
  world.isLeader = false;
  expect(await gauges()).toEqual([0, 0, 0]);
  await round();
  world.isLeader = true;
  expect(await gauges()).toEqual([0, 0, 0]);
  await round();
  expect(await gauges()).toEqual([3, 0, 2]);
});

it('while Kafka is unreachable it reports no lag, but customers behind from its own database', async () => {
  const { world, round, gauges } = await processUnderTest();
  world.isKafkaUp = false;
  world.behind = 5;
  await round();
  expect(await gauges()).toEqual([undefined, undefined, 5]);
  world.isKafkaUp = true;
  await round();
  expect(await gauges()).toEqual([3, 20, 5]);
});

it('while its database is unreachable it reports the lag, but no customers behind', async () => {
  const { world, round, gauges } = await processUnderTest();
  world.isDatabaseUp = false;
  await round();
  expect(await gauges()).toEqual([3, 10, undefined]);
});

it('a process that cannot query reports zeros, too, once it no longer relays', async () => {
  const { world, round, gauges } = await processUnderTest();
  world.isKafkaUp = false;
  await round();
  world.isLeader = false;
  expect(await gauges()).toEqual([0, 0, 0]);
});

it('a change of the clock does not affect waiting times', async () => {
  const { world, round, gauges } = await processUnderTest();
  world.setBackMs = 3_600_000;
  await round();
  world.setBackMs = -3_600_000;
  await round();
  expect(await gauges()).toEqual([3, 20, 2]);
});

it('an outage is no warning while topics may be new, and not over because the process no longer relays', async () => {
  const { world, lines, round } = await processUnderTest();
  const failure = 'the lag could not be measured and will be measured again';
  world.isKafkaUp = false;
  await round();
  expect(lines).toEqual([`info ${failure}`]);
  world.skippedMs = STARTING_MS;
  await round();
  world.isLeader = false;
  await round();
  expect(lines.slice(1)).toEqual([`warn ${failure}`]);
});
