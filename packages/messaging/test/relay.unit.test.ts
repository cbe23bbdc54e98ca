import { setImmediate as turn } from 'node:timers/promises';
import { createLogger } from '@mo/service-kit';
import { type Kafka, type OutboxEntry, Relay } from '../src/index.ts';
import { LEASE_RENEWAL_MS } from '../src/relay/lease.ts';
import { FOLLOWER_PACING, intervalMs, RELAY_PACING } from '../src/round-interval.ts';

const START_MS = Date.UTC(2026, 0, 1);
const TURNS = 20;

const ENTRY: OutboxEntry = {
  id: '1',
  customer_id: '1',
  version: '1',
  type: 'LoanPaid',
  data: '{}',
  seen: '{}',
  traceparent: null,
  time: new Date(START_MS).toISOString(),
};

/** A relay that finds one entry, in a round that takes as long as a test says; tells how long it rests after that. */
async function restAfter(roundMs: number, setBackMs = 0): Promise<number> {
  let elapsedMs = 0;
  let nowMs = START_MS;
  let rounds = 0;
  const rests: number[] = [];
  const relay = new Relay({
    stream: 'loans',
    topicPrefix: 'mo',
    outbox: {
      read: async () => (rounds++ === 0 ? [ENTRY] : []),
      remove: async () => {
        elapsedMs += roundMs;
        nowMs += roundMs - setBackMs;
      },
      park: async () => {},
    },
    lease: { holder: 'me', hold: async () => 'taken', release: async () => {} },
    kafka: { producer: async () => ({ send: async () => {}, close: async () => {} }) } as unknown as Kafka,
    partitions: async () => 1,
    clock: {
      now: () => nowMs,
      elapsed: () => elapsedMs,
      sleep: (durationMs) => {
        if (durationMs !== LEASE_RENEWAL_MS) rests.push(durationMs);
        return new Promise(() => {});
      },
    },
    logger: createLogger('test', 'silent'),
  });
  relay.start();
  for (let n = 0; n < TURNS; n += 1) await turn();
  return rests[0] as number;
}

it.each([
  [3, 37],
  [25, 25],
  [50, 10],
])(
  'after a round of %d ms the relay rests for %d, so that what is written meanwhile goes together',
  async (tookMs, restMs) => {
    expect(await restAfter(tookMs)).toBe(restMs);
  },
);

it('and no longer where the clock is set back meanwhile', async () => {
  expect(await restAfter(3, 3_600_000)).toBe(37);
});

it('rests longer than those who follow ever do, so that they are back for its next round', () => {
  expect(intervalMs(FOLLOWER_PACING, 1_000)).toBeLessThan(intervalMs(RELAY_PACING, 0));
});
