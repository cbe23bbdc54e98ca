import { jest } from '@jest/globals';
import { ConsumerGroup } from '../src/kafka/set-clock.ts';

const HOUR_MS = 3_600_000;
const INTERVAL_MS = 500;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A member of a group, and how many heartbeats it has sent. */
function memberUnderTest() {
  let beats = 0;
  const logger = { namespace: () => logger };
  const member = new ConsumerGroup({ logger, instrumentationEmitter: { emit: () => {} }, retry: {} });
  member.memberId = 'a';
  member.coordinator = {
    heartbeat: async () => {
      beats += 1;
    },
  };
  const heartbeats = async () => {
    await member.heartbeat({ interval: INTERVAL_MS });
    return beats;
  };
  return { heartbeats };
}

it('a member sends heartbeats even if the clock was set back', async () => {
  const { heartbeats } = memberUnderTest();
  jest.setSystemTime(Date.now() + INTERVAL_MS);
  expect(await heartbeats()).toBe(1);
  jest.setSystemTime(Date.now() - HOUR_MS);
  expect(await heartbeats()).toBe(1);
  jest.setSystemTime(Date.now() + INTERVAL_MS);
  expect(await heartbeats()).toBe(2);
  expect(await heartbeats()).toBe(2);
});
