import { setImmediate as turn } from 'node:timers/promises';
import { createLogger, createRegistry } from '@mo/service-kit';
import { LagGauges } from '../src/follower/lag-gauges.ts';

const INTERVAL_MS = 10_000;
const TURNS = 20;

/** A process that follows customers, whose clock goes on by a round when it is told to; it has asked once. */
async function processUnderTest() {
  const world = {
    isLeader: true,
    end: 7n,
    behind: 2,
    isKafkaUp: true,
    isDatabaseUp: true,
    setBackMs: 0,
    asked: [] as string[],
  };
  let nowMs = 0;
  let wake = () => {};
  const registry = createRegistry('loans');
  const lag = new LagGauges({
    group: 'mo.loans',
    follows: ['customers'],
    topicPrefix: 'mo',
    groups: {
      progress: async (group, topics) => {
        if (!world.isKafkaUp) throw new Error('Kafka is away');
        world.asked.push(`${group} on ${topics.join()}`);
        return new Map([['mo.customers', [{ partition: 0, committed: 4n, end: world.end }]]]);
      },
    },
    countBehind: async () => {
      if (!world.isDatabaseUp) throw new Error('the database is away');
      return new Map([['customers', world.behind]]);
    },
    isLeader: () => world.isLeader,
    clock: {
      now: () => nowMs - world.setBackMs,
      elapsed: () => nowMs,
      sleep: () => new Promise<void>((resolve) => (wake = resolve)),
    },
    logger: createLogger('loans', 'silent'),
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
  return { world, round, gauges };
}

it('the process that relays tells how far its group is behind, and how many customers are', async () => {
  const { world, round, gauges } = await processUnderTest();
  await round();
  await round();
  expect(await gauges()).toEqual([3, 20, 2]);
  expect(world.asked[0]).toBe('mo.loans on mo.customers');
});

it('one that relays no more tells zeros at once, and begins anew when it does so again', async () => {
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

it('what it can not ask Kafka for it does not tell, and tells of customers, which its own database knows', async () => {
  const { world, round, gauges } = await processUnderTest();
  world.isKafkaUp = false;
  world.behind = 5;
  await round();
  expect(await gauges()).toEqual([undefined, undefined, 5]);
  world.isKafkaUp = true;
  await round();
  expect(await gauges()).toEqual([3, 20, 5]);
});

it('and the other way round', async () => {
  const { world, round, gauges } = await processUnderTest();
  world.isDatabaseUp = false;
  await round();
  expect(await gauges()).toEqual([3, 10, undefined]);
});

it('one that can not ask tells zeros like others once it relays no more', async () => {
  const { world, round, gauges } = await processUnderTest();
  world.isKafkaUp = false;
  await round();
  world.isLeader = false;
  expect(await gauges()).toEqual([0, 0, 0]);
});

it('a clock that is set makes no difference to how long something has waited', async () => {
  const { world, round, gauges } = await processUnderTest();
  world.setBackMs = 3_600_000;
  await round();
  world.setBackMs = -3_600_000;
  await round();
  expect(await gauges()).toEqual([3, 20, 2]);
});
