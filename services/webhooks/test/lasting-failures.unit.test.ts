/** What fails again and again is a warning once a minute, and its end is logged. */
import { setImmediate as turn } from 'node:timers/promises';
import type { StreamEvent } from '@mo/contracts';
import { type Clock, REMIND_MS } from '@mo/service-kit';
import { Dispatcher } from '../src/delivery/dispatcher.ts';
import { Housekeeping } from '../src/housekeeping.ts';
import { Fetcher } from '../src/intake/fetcher.ts';
import { Recall } from '../src/intake/recall.ts';
import { notedLines, OVER } from './noted-lines.ts';
import { ADA, eventOf } from './support.ts';

let nowMs: number;
beforeEach(() => {
  nowMs = 0;
});
/** A pause is a turn of the event loop, in which a test may let time pass. */
const clock: Clock = { now: () => 0, elapsed: () => nowMs, sleep: () => turn() };
const TURNS = 50;
const rounds = async () => {
  for (let n = 0; n < TURNS; n += 1) await turn();
};

const AWAY = new Error('it cannot be reached');
const versions = { customers: 0, loans: 0, payments: 0 };

/** A customer's payment, which waits for a loan. */
const waiting = (customerId: number) => ({
  customerId,
  versions,
  waived: {},
  events: [{ event: eventOf('payments', 1, { customerId, seen: { loans: 1 } }), waitedMs: 0 }],
});

/** A fetcher for these customers; the owner of loans and the table of events behave as `world` says. */
function fetching(customerIds: readonly number[]) {
  const { logger, lines } = notedLines();
  const world = { isAway: false, unstored: [] as number[] };
  const intake = {
    waiting: async () => [...customerIds],
    read: async (ids: readonly number[]) => ids.map(waiting) as never,
    begunAtMs: async () => 0,
    take: async (events: readonly StreamEvent[]) => {
      if (events.some(({ customer_id }) => world.unstored.includes(customer_id))) throw new Error('it is too large');
    },
  };
  const pull = async (_stream: unknown, { customerId = 0 }: { customerId?: number | undefined }) => {
    if (world.isAway) throw AWAY;
    return { head: 1, events: [eventOf('loans', 1, { customerId })] };
  };
  const fetcher = new Fetcher({ intake, peers: { pull } as never, clock, logger });
  return { world, lines, round: () => fetcher.round() };
}

it('an unreachable owner', async () => {
  const { world, lines, round } = fetching([ADA]);
  const away = 'the owner of a stream cannot be queried; later events wait';
  world.isAway = true;
  for (const passedMs of [0, 0, REMIND_MS]) {
    nowMs += passedMs;
    await round();
  }
  expect(lines).toEqual([`warn ${away}`, `debug ${away}`, `warn ${away}`]);
  world.isAway = false;
  await round();
  await round();
  expect(lines.slice(3)).toEqual([OVER]);
});

it('events of some customers that cannot be stored, although those of others can', async () => {
  const { world, lines, round } = fetching([ADA, ADA + 1, ADA + 2]);
  const failed = 'missing events of a customer could not be fetched';
  world.unstored = [ADA, ADA + 1];
  for (const passedMs of [0, 0, REMIND_MS]) {
    nowMs += passedMs;
    await round();
  }
  expect(lines).toEqual(['warn', 'debug', 'debug', 'debug', 'warn', 'debug'].map((level) => `${level} ${failed}`));
  world.unstored = [];
  await round();
  expect(lines.slice(6)).toEqual([OVER]);
});

it('an owner that cannot be queried for one of many customers has not recovered between its failures', async () => {
  const pages = [Array.from({ length: 1_000 }, (_, place) => place + 1), [1_001]];
  const { logger, lines } = notedLines();
  const asked: number[] = [];
  const intake = {
    waiting: async () => pages[asked.push(0) % 2 === 1 ? 0 : 1] ?? [],
    read: async (ids: readonly number[]) => ids.filter((id) => id === 1_001).map(waiting) as never,
    begunAtMs: async () => 0,
    take: async () => {},
  };
  const fetcher = new Fetcher({ intake, peers: { pull: () => Promise.reject(AWAY) }, clock, logger });
  for (let n = 0; n < 5; n += 1) await fetcher.round();
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['warn', 'debug']);
});

it('waived events that cannot be stored', async () => {
  const { logger, lines } = notedLines();
  let isStored = false;
  const intake = {
    waived: async () => [ADA, ADA + 1].map((customerId) => ({ customerId, versions, waived: { loans: [[1, 1]] } })),
    begunAtMs: async () => 0,
    take: async () => {
      if (!isStored) throw AWAY;
    },
  };
  let isAway = false;
  const pull = async () => {
    if (isAway) throw AWAY;
    return { head: 1, events: [eventOf('loans', 1)] };
  };
  const recall = new Recall({ intake: intake as never, peers: { pull } as never, clock, logger });
  const failed = 'waived events could not be stored yet';
  await recall.round();
  await recall.round();
  expect(lines).toEqual([`warn ${failed}`, `debug ${failed}`]);
  isAway = true;
  await recall.round();
  expect(lines).not.toContain(OVER);
  isAway = false;
  isStored = true;
  await recall.round();
  expect(lines.at(-1)).toBe(OVER);
});

it('pending deliveries that cannot be read', async () => {
  const { logger, lines } = notedLines();
  let isAway = true;
  let reads = 0;
  const dispatcher = new Dispatcher({
    lanes: { claimMs: 1, renewalMs: 1, claim: async () => [], renew: async () => [] } as never,
    sender: { send: () => Promise.reject(AWAY) },
    active: async () => {
      reads += 1;
      if (isAway) throw AWAY;
      return [];
    },
    receiverOf: async () => null,
    pauseMs: () => 0,
    onGone: async () => false,
    onBusy: async () => {},
    onGivenUp: () => {},
    onAttempt: () => {},
    tracer: null,
    clock,
    logger,
  });
  const failed = 'the pending deliveries cannot be read';
  const nextRead = async () => {
    const before = reads;
    while (reads === before) {
      dispatcher.wake();
      await turn();
    }
    await rounds();
  };
  dispatcher.start();
  await rounds();
  await nextRead();
  nowMs += REMIND_MS;
  await nextRead();
  isAway = false;
  await nextRead();
  await dispatcher.stop();
  const count = (level: string) => lines.filter((line) => line === `${level} ${failed}`).length;
  expect([lines[0], count('warn'), lines.filter((line) => line === OVER)]).toEqual([`warn ${failed}`, 2, [OVER]]);
});

it.each([
  ['messages that cannot be made due', 'messages to changed webhooks could not be made due and will be tried again'],
  ['messages that cannot be given up', 'messages to removed webhooks could not be given up and will be tried again'],
  ['old rows that cannot be deleted', 'old events and deliveries could not be deleted and will be tried again'],
])('%s, although the other housekeeping can be done', async (_what, failed) => {
  const { logger, lines } = notedLines();
  let isAway = true;
  const forgotten: string[] = [];
  const attempt = (of: string): boolean => {
    if (isAway && failed.includes(of)) throw AWAY;
    return false;
  };
  const housekeeping = new Housekeeping({
    webhooks: {
      giveUpMore: async () => attempt('removed webhooks'),
      makeMoreDue: async () => attempt('changed webhooks'),
    },
    deliveries: {
      forget: async () => {
        attempt('old events');
        return forgotten.push('deliveries') % 2 === 1;
      },
    },
    answers: { forget: async () => forgotten.push('answers') === 0 },
    clock,
    logger,
  });
  const loud = () => lines.filter((line) => !line.startsWith('debug'));
  housekeeping.start();
  await rounds();
  nowMs += REMIND_MS;
  await rounds();
  expect(loud()).toEqual([`warn ${failed}`, `warn ${failed}`]);
  isAway = false;
  while (!lines.includes(OVER)) await rounds();
  await housekeeping.stop();
  expect(loud().slice(2)).toEqual([OVER]);
  expect(forgotten.slice(0, 3)).toEqual(['deliveries', 'deliveries', 'answers']);
});
