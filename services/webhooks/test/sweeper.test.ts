/** Events that Kafka has lost, and that no later event reveals, are found at their owners over HTTP, with a real database. */
import { setImmediate } from 'node:timers/promises';
import type { Stream, StreamEvent } from '@mo/contracts';
import { type Database, run, sqlOf } from '@mo/database';
import {
  type HttpPeers,
  Lease,
  type PartitionProgress,
  PULLS_AT_ONCE_MAX,
  SWEEP_INTERVAL_MS,
  SWEEP_RETRY_MS,
} from '@mo/messaging';
import { waitFor } from '@mo/messaging/testing';
import { type Clock, createLogger, systemClock } from '@mo/service-kit';
import { CUSTOMERS_AT_ONCE_MAX, Fetcher, PUSH_MS_MAX } from '../src/intake/fetcher.ts';
import type { Intake } from '../src/intake/intake.ts';
import { SWEEP_LEASE_MS, Sweeper, type SweeperOptions, UNDER_WAY_MS, UNREAD_MAX } from '../src/intake/sweeper.ts';
import { appendTo, deliveriesOf, eventOf, idOf, LONG_MS, passTime, startTakingIn, type TakingIn } from './support.ts';

let takingIn: TakingIn;
let database: Database;
let owners: TakingIn['owners'];
let peers: HttpPeers;
let intake: Intake;
/** By which a sweeper knows what is due, in ms. */
let elapsedMs = 0;
/** How far the group has come, of each topic that Kafka has. */
let progress: () => Promise<readonly PartitionProgress[]>;
const swept: string[] = [];
const logger = createLogger('test', 'silent');

const clockOf = (now: () => number): Clock => ({ now, elapsed: () => elapsedMs, sleep: async () => {} });

function makeSweeper(name: string, otherwise: Partial<SweeperOptions> = {}): Sweeper {
  return new Sweeper({
    intake,
    peers,
    lease: new Lease(database, name, LONG_MS, 'sweep_lease'),
    groups: { progress: async (_group, topics) => new Map([[topics[0] as string, await progress()]]) },
    group: 'mo.webhooks',
    topicPrefix: 'mo',
    onSwept: (stream, events) => swept.push(`${events} ${stream}`),
    // What a test has written just now is older than what is under way.
    clock: clockOf(() => Date.now() + 2 * UNDER_WAY_MS),
    logger,
    ...otherwise,
  });
}

let sweeper: Sweeper;
/** The one process that sweeps from now on. */
async function begin(otherwise: Partial<SweeperOptions> = {}): Promise<void> {
  await sweeper?.stop();
  sweeper = makeSweeper('one', otherwise);
  await sweeper.lead();
}

beforeAll(async () => {
  takingIn = await startTakingIn();
  ({ database, owners, peers, intake } = takingIn);
});
afterAll(() => takingIn?.close());
beforeEach(async () => {
  progress = async () => [{ partition: 0, committed: 7n, end: 7n }];
  swept.splice(0);
  await begin();
});
afterEach(async () => {
  for (const owner of Object.values(owners)) owner.reachable = true;
  await sweeper.stop();
});

let customerId = 0;
beforeEach(() => {
  customerId += 1;
});
const append = (stream: Stream, seen: Record<string, number> = {}) => appendTo(owners, stream, { customerId, seen });
const push = (...events: StreamEvent[]) => intake.take(events);
const sweepAfter = (passedMs: number) => {
  elapsedMs += passedMs;
  return sweeper.round();
};
const pulled = () =>
  Object.values(owners).flatMap(({ stream, wants }) =>
    wants.filter(({ customer_id }) => customer_id === customerId).map(({ after }) => `${stream} after ${after}`),
  );
const deliveries = () => deliveriesOf(database, customerId);

it('the last event of a customer that Kafka has lost is released, and counted once', async () => {
  const [first, lost] = [append('loans'), append('loans')];
  await push(first);
  await sweeper.round();
  await sweepAfter(SWEEP_INTERVAL_MS);
  expect([await deliveries(), pulled(), swept]).toEqual([[first, lost].map(idOf), ['loans after 1'], ['1 loans']]);
});

it('the first event of an unknown customer is released', async () => {
  const lost = append('payments');
  await sweeper.round();
  expect([await deliveries(), swept]).toEqual([[idOf(lost)], ['1 payments']]);
});

it('a lost event waits for earlier lost ones, which are fetched', async () => {
  const all = [append('loans'), append('loans'), append('payments', { loans: 2 }), append('payments', { loans: 2 })];
  await sweeper.round();
  expect([await deliveries(), swept]).toEqual([[], ['1 loans', '1 payments']]);
  await sweepAfter(SWEEP_INTERVAL_MS);
  expect(pulled()).toEqual(['loans after 1', 'payments after 1']);
  await passTime(database, PUSH_MS_MAX);
  await new Fetcher({ intake, peers, clock: systemClock, logger }).round();
  expect(await deliveries()).toEqual(all.map(idOf));
});

it('an owner that is down fails the sweep of its own stream only, and the next sweep finds the lost events', async () => {
  const [loan, payment] = [append('loans'), append('payments')];
  owners.loans.reachable = false;
  await expect(sweeper.round()).rejects.toThrow('loans could not be reached');
  expect(await deliveries()).toEqual([idOf(payment)]);
  owners.loans.reachable = true;
  await sweepAfter(SWEEP_RETRY_MS - 1);
  expect(await deliveries()).toEqual([idOf(payment)]);
  await sweepAfter(1);
  expect(await deliveries()).toEqual([payment, loan].map(idOf));
});

it('an owner that fails after it has returned its heads fails the sweep', async () => {
  const lost = append('loans');
  const pull = () => Promise.reject(new Error('the owner is down'));
  await begin({ peers: { heads: (...asked) => peers.heads(...asked), pull } });
  await expect(sweeper.round()).rejects.toThrow('the owner is down');
  await begin();
  await sweeper.round();
  expect(await deliveries()).toEqual([idOf(lost)]);
});

it('events older than the webhooks database are neither delivered nor stored', async () => {
  const before = append('loans');
  Object.assign(before, { time: '2020-01-01T00:00:00.000Z' });
  await sweeper.round();
  expect([await deliveries(), swept, pulled()]).toEqual([[], [], []]);
  expect(await intake.waived(customerId - 1, 1)).toEqual([]);
});

it('an owner of an earlier version, which sends no times of heads, is asked for the events themselves', async () => {
  Object.assign(append('loans'), { time: '2020-01-01T00:00:00.000Z' });
  const lost = append('payments');
  const heads: HttpPeers['heads'] = (stream, span, after) => peers.heads(stream, span, after);
  await begin({ peers: { heads, pull: (...asked) => peers.pull(...asked) } });
  await sweeper.round();
  expect([await deliveries(), pulled()]).toEqual([[idOf(lost)], ['loans after 0', 'payments after 0']]);
});

it('many lost events are pulled concurrently, and taken in by small transactions', async () => {
  const heads = Array.from({ length: PULLS_AT_ONCE_MAX + 1 }, (_, place) => [place + 1, 1] as const);
  const done: string[] = [];
  let underWay = 0;
  const pull: HttpPeers['pull'] = async (_stream, { customerId: id = 0 }) => {
    underWay += 1;
    await setImmediate();
    if (underWay > 0) done.push(`${underWay} pulled`);
    underWay = 0;
    const event = { ...eventOf('loans', 1, { customerId: id }), time: new Date().toISOString() };
    return { customerId: id, head: 1, events: [event] };
  };
  await begin({
    peers: { heads: async (stream) => ({ heads: stream === 'loans' ? heads : [], isLast: true }), pull },
    intake: {
      notReleased: async (_stream, some) => some,
      begunAtMs: () => intake.begunAtMs(),
      take: async (events) => void done.push(`${events.length} taken`),
    },
  });
  await sweeper.round();
  const parts = Array.from(
    { length: PULLS_AT_ONCE_MAX / CUSTOMERS_AT_ONCE_MAX },
    () => `${CUSTOMERS_AT_ONCE_MAX} taken`,
  );
  expect(done).toEqual([`${PULLS_AT_ONCE_MAX} pulled`, ...parts, '1 pulled', '1 taken']);
});

it('events written moments ago are left to Kafka, and found by a later sweep', async () => {
  const young = append('loans');
  await begin({ clock: clockOf(() => Date.parse(young.time) + UNDER_WAY_MS - 1) });
  await sweeper.round();
  expect([await deliveries(), swept]).toEqual([[], []]);
  await begin({ clock: clockOf(() => Date.parse(young.time) + UNDER_WAY_MS) });
  await sweeper.round();
  expect([await deliveries(), swept]).toEqual([[idOf(young)], ['1 loans']]);
});

it('events that were released or are waiting are not pulled', async () => {
  const [loan, ...payments] = [append('loans'), append('payments'), append('payments', { loans: 9 })];
  await push(loan, ...payments);
  await sweeper.round();
  expect([pulled(), swept]).toEqual([[], []]);
});

it.each([
  ['many messages are unread', [{ partition: 0, committed: 0n, end: BigInt(UNREAD_MAX + 1) }]],
  [
    'many are, and another partition was made again',
    [
      { partition: 0, committed: 0n, end: BigInt(UNREAD_MAX + 1) },
      { partition: 1, committed: BigInt(UNREAD_MAX), end: 0n },
    ],
  ],
])('nothing is swept while %s', async (_why, behind) => {
  const late = append('loans');
  progress = async () => behind;
  await sweeper.round();
  expect([await deliveries(), pulled()]).toEqual([[], []]);
  progress = async () => [{ partition: 0, committed: 0n, end: BigInt(UNREAD_MAX) }];
  await sweepAfter(SWEEP_INTERVAL_MS);
  expect(await deliveries()).toEqual([idOf(late)]);
});

it('nothing is swept while the consumer lag is unknown', async () => {
  const late = append('loans');
  progress = () => Promise.reject(new Error('Kafka is down'));
  await expect(sweeper.round()).rejects.toThrow('Kafka is down');
  expect([await deliveries(), pulled()]).toEqual([[], []]);
  progress = async () => [];
  await sweepAfter(SWEEP_RETRY_MS);
  expect(await deliveries()).toEqual([idOf(late)]);
});

it('one of two processes sweeps, and the other one after the first has stopped', async () => {
  const other = makeSweeper('other');
  await other.lead();
  const lost = append('loans');
  await other.round();
  expect([await deliveries(), pulled()]).toEqual([[], []]);
  await sweeper.stop();
  await other.lead();
  await other.round();
  expect(await deliveries()).toEqual([idOf(lost)]);
  await other.stop();
});

it('another process sweeps seconds after the one that swept was killed', async () => {
  await sweeper.stop();
  await new Lease(database, 'killed', SWEEP_LEASE_MS, 'sweep_lease').hold();
  await begin();
  const lost = append('loans');
  await run(sqlOf(database), `UPDATE sweep_lease SET until = until - interval '6 s'`);
  await sweeper.lead();
  await sweeper.round();
  expect(await deliveries()).toEqual([idOf(lost)]);
});

it('the lease is renewed several times before it would expire', async () => {
  const pausesMs: number[] = [];
  const sleep: Clock['sleep'] = (durationMs, signal) => {
    pausesMs.push(durationMs);
    return systemClock.sleep(LONG_MS, signal);
  };
  const clock = { ...clockOf(Date.now), sleep };
  await begin({ clock, groups: { progress: () => Promise.reject(new Error('Kafka is down')) } });
  sweeper.start();
  await waitFor(() => pausesMs.length === 2);
  expect(pausesMs.filter((pauseMs) => 4 * pauseMs > SWEEP_LEASE_MS)).toEqual([]);
});

it('a process that cannot renew its lease does not sweep', async () => {
  const lost = append('loans');
  let isDown = false;
  const hold = async () => {
    if (isDown) throw new Error('the database cannot be reached');
    return 'renewed' as const;
  };
  await begin({ lease: { hold, release: async () => {} } });
  isDown = true;
  await expect(sweeper.lead()).rejects.toThrow('the database cannot be reached');
  await sweeper.round();
  expect([await deliveries(), pulled()]).toEqual([[], []]);
  isDown = false;
  await sweeper.lead();
  await sweeper.round();
  expect(await deliveries()).toEqual([idOf(lost)]);
});

it('an event that cannot be stored does not keep the sweep from finding others', async () => {
  append('loans');
  const refused = append('loans');
  // It waits for the one before it.
  Object.assign(refused.data, { more: '\u0000' });
  customerId += 1;
  const lost = append('loans');
  await sweeper.round();
  expect([await deliveries(), swept]).toEqual([[idOf(lost)], ['1 loans']]);
});
