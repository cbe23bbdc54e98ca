import { setImmediate as turn } from 'node:timers/promises';
import { createLogger, REMIND_MS } from '@mo/service-kit';
import { type Kafka, Relay } from '../src/index.ts';
import { LEASE_RENEWAL_MS } from '../src/relay/lease.ts';
import { FOLLOWER_PACING, Pacer, RELAY_PACING } from '../src/round-interval.ts';
import type { OutboxEntry } from '../src/sql/outbox.ts';

const START_MS = Date.UTC(2026, 0, 1);
const TURNS = 2_000;
/** Enough turns of the event loop for many rounds of a relay whose servers answer at once. */
const TURNS_PER_PHASE = 100;

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

/** How the servers of a relay behave for a while. */
interface Phase {
  readonly lease?: 'held' | 'elsewhere' | Error;
  readonly outbox?: 'empty' | Error;
  readonly send?: Error;
}

const GOOD: Phase = {};
const NO_DATABASE = new Error('the database system is starting up');
const NO_BROKER = new Error('no broker');

/** What a relay logs that goes through some phases, each with many rounds. */
async function loggedDuring(phases: readonly Phase[], phaseMs: number): Promise<string[]> {
  const logger = createLogger('test', 'silent');
  const logged: string[] = [];
  const note =
    (level: string) =>
    ({ err, failure }: { err?: Error; failure?: string }, text: string) =>
      void logged.push(`${level} ${text}: ${err?.message ?? failure}`);
  Object.assign(logger, { info: note('info'), warn: note('warn') });
  let current = GOOD;
  let elapsedMs = 0;
  const relay = new Relay({
    stream: 'loans',
    topicPrefix: 'mo',
    outbox: {
      read: async () => {
        if (current.outbox instanceof Error) throw current.outbox;
        return current.outbox === 'empty' ? [] : [ENTRY];
      },
      remove: async () => {},
      park: async () => {},
    },
    lease: {
      holder: 'me',
      hold: async () => {
        const { lease = 'held' } = current;
        if (lease instanceof Error) throw lease;
        return lease === 'held' ? 'renewed' : null;
      },
      release: async () => {},
    },
    kafka: {
      producer: async () => ({
        send: async () => {
          if (current.send !== undefined) throw current.send;
        },
        close: async () => {},
      }),
    } as unknown as Kafka,
    partitions: async () => 1,
    clock: { now: () => START_MS, elapsed: () => elapsedMs, sleep: () => turn() },
    logger,
  });
  relay.start();
  for (current of [GOOD, ...phases]) {
    for (let n = 0; n < TURNS_PER_PHASE; n += 1) await turn();
    elapsedMs += phaseMs;
  }
  await relay.stop();
  return logged;
}

const LEASE = 'the relay could not renew its lease and will try again';
const READ = 'the relay could not read the outbox and will retry';
const SEND = 'the relay could not send and will retry';
const over = (failure: string) => `info background work succeeds again: ${failure}`;

describe('a relay logs', () => {
  it.each([
    ['the database that it cannot renew its lease in', { lease: NO_DATABASE }, LEASE],
    ['the database that it cannot read from', { outbox: NO_DATABASE }, READ],
    ['Kafka', { send: NO_BROKER }, SEND],
  ])('an outage of %s as one warning, and its end', async (_whose, outage, failure) => {
    const reason = Object.values(outage)[0]?.message;
    expect(await loggedDuring([outage, outage, outage, GOOD], 1)).toEqual([
      `warn ${failure}: ${reason}`,
      over(failure),
    ]);
  });

  it('an outage that lasts once a minute, with each reason', async () => {
    const refused = { send: new Error('too few replicas in sync') };
    expect(await loggedDuring([{ send: NO_BROKER }, { send: NO_BROKER }, refused], REMIND_MS)).toEqual([
      `warn ${SEND}: no broker`,
      `warn ${SEND}: no broker`,
      `warn ${SEND}: too few replicas in sync`,
    ]);
    expect(await loggedDuring([{ send: NO_BROKER }, refused], 1)).toHaveLength(2);
  });

  it('an outage of Kafka that follows one of the database', async () => {
    expect(await loggedDuring([{ outbox: NO_DATABASE }, { send: NO_BROKER }], 1)).toEqual([
      `warn ${READ}: ${NO_DATABASE.message}`,
      over(READ),
      `warn ${SEND}: no broker`,
    ]);
  });

  it.each([
    ['has nothing to send', [{ outbox: 'empty' }]],
    ['has not got the lease', [{ lease: 'elsewhere' }]],
    ['gets the lease again with nothing to send', [{ lease: 'elsewhere' }, { outbox: 'empty' }]],
  ] as const)('no end of an outage of Kafka while it %s', async (_when, turns) => {
    const failed = `warn ${SEND}: no broker`;
    expect(await loggedDuring([{ send: NO_BROKER }, ...turns], 1)).toEqual([failed]);
    expect(await loggedDuring([{ send: NO_BROKER }, ...turns, GOOD], 1)).toEqual([failed, over(SEND)]);
  });
});
