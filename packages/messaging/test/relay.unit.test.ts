import { setImmediate as turn } from 'node:timers/promises';
import { createLogger } from '@mo/service-kit';
import { type Kafka, Relay } from '../src/index.ts';
import { LEASE_RENEWAL_MS } from '../src/relay/lease.ts';
import { FOLLOWER_PACING, Pacer, RELAY_PACING } from '../src/round-interval.ts';
import { STARTING_MS } from '../src/rounds.ts';
import type { OutboxEntry } from '../src/sql/outbox.ts';

const START_MS = Date.UTC(2026, 0, 1);
const TURNS = 2_000;

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

/** A relay that finds an entry in each of some rounds, which take as long as a test says: how far apart they begin. */
async function intervalsOf(roundsMs: readonly number[], setBackMs = 0): Promise<number[]> {
  let elapsedMs = 0;
  let nowMs = START_MS;
  const begunMs: number[] = [];
  const pass = (ms: number) => {
    elapsedMs += ms;
    nowMs += ms;
  };
  const relay = new Relay({
    stream: 'loans',
    topicPrefix: 'mo',
    outbox: {
      read: async () => (begunMs.push(elapsedMs) <= roundsMs.length ? [ENTRY] : []),
      remove: async () => {
        pass(roundsMs[begunMs.length - 1] as number);
        nowMs -= setBackMs;
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
        if (durationMs === LEASE_RENEWAL_MS || begunMs.length > roundsMs.length) return new Promise(() => {});
        pass(durationMs);
        return Promise.resolve();
      },
    },
    logger: createLogger('test', 'silent'),
  });
  relay.start();
  for (let n = 0; n < TURNS; n += 1) await turn();
  return begunMs.slice(1).map((ms, place) => ms - (begunMs[place] as number));
}

const many = (roundMs: number): number[] => Array(60).fill(roundMs);

describe('rounds of the relay', () => {
  it('begin 30 ms apart, so that events written meanwhile are sent together', async () => {
    expect(await intervalsOf([3, 3, 3])).toEqual([30, 30, 30]);
  });

  it.each([
    [15, 45],
    [50, 60],
    [80, 80],
  ])('of %d ms each begin %d ms apart in the end, because the processors are busy', async (tookMs, apartMs) => {
    expect((await intervalsOf(many(tookMs))).at(-1)).toBeCloseTo(apartMs, 0);
  });

  it('do not rest longer because of a single slow one', async () => {
    expect((await intervalsOf([...many(5), 40, 5, 5])).slice(-3)).toEqual([40, 30, 30]);
  });

  it('return to the usual interval soon after one that hung', async () => {
    expect((await intervalsOf([...many(5), 30_000, ...many(5)])).at(-40)).toBe(30);
  });

  it('are no further apart if the clock is set back meanwhile', async () => {
    expect(await intervalsOf([3, 3], 3_600_000)).toEqual([30, 30]);
  });

  it('are further apart than those of followers, which are ready for the next one', () => {
    const follower = new Pacer(FOLLOWER_PACING);
    for (let n = 0; n < 100; n += 1) follower.took(1_000);
    expect(follower.intervalMs).toBeLessThan(new Pacer(RELAY_PACING).intervalMs);
  });
});

/** What a relay that has run for a while logs, with a database that fails in some renewals, or a Kafka in some sends. */
async function loggedBy(failing: { renewals: readonly number[]; sends: readonly number[] }): Promise<string[]> {
  const logger = createLogger('test', 'silent');
  const logged: string[] = [];
  const note =
    (level: string) =>
    (...line: unknown[]) =>
      void logged.push(`${level} ${String(line.at(-1))}`);
  Object.assign(logger, { info: note('info'), warn: note('warn') });
  let renewals = 0;
  let sends = 0;
  let elapsedMs = 0;
  const relay = new Relay({
    stream: 'loans',
    topicPrefix: 'mo',
    outbox: { read: async () => [ENTRY], remove: async () => {}, park: async () => {} },
    lease: {
      holder: 'me',
      hold: async () => {
        renewals += 1;
        if (failing.renewals.includes(renewals)) throw new Error('the database system is starting up');
        return 'renewed';
      },
      release: async () => {},
    },
    kafka: {
      producer: async () => ({
        send: async () => {
          sends += 1;
          if (failing.sends.includes(sends)) throw new Error('no broker');
        },
        close: async () => {},
      }),
    } as unknown as Kafka,
    partitions: async () => 1,
    clock: {
      now: () => START_MS,
      elapsed: () => elapsedMs,
      sleep: async () => {
        elapsedMs += STARTING_MS;
        await turn();
      },
    },
    logger,
  });
  relay.start();
  for (let n = 0; n < TURNS && (renewals < 10 || sends < 10); n += 1) await turn();
  await relay.stop();
  return logged;
}

describe('an outage, however long, is one warning of the relay and one line at its end,', () => {
  it.each([
    [
      'of the database',
      { renewals: [3, 4, 5], sends: [] },
      ['warn the relay could not renew its lease and will try again', 'info background work succeeds again'],
    ],
    [
      'of Kafka',
      { renewals: [], sends: [3, 4, 5] },
      ['warn the relay could not send and will retry', 'info the relay works again'],
    ],
  ])('%s', async (_whose, failing, expected) => {
    expect(await loggedBy(failing)).toEqual(expected);
  });
});
