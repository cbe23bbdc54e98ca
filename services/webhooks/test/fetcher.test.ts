/** What Kafka did not bring is pulled from the services that own the streams, over HTTP, and taken in on a real database. */
import type { Stream, StreamEvent } from '@mo/contracts';
import { type Database, run, sqlOf } from '@mo/database';
import { createLogger, systemClock } from '@mo/service-kit';
import { Fetcher, type FetcherOptions, PUSH_MS_MAX } from '../src/intake/fetcher.ts';
import type { Intake } from '../src/intake/intake.ts';
import { CAUSE_MS_MAX, type Waiver } from '../src/intake/order.ts';
import { Recall, type RecallOptions } from '../src/intake/recall.ts';
import {
  appendTo,
  deliveriesOf as deliveriesIn,
  idOf,
  LONG_MS,
  passTime,
  startTakingIn,
  type TakingIn,
} from './support.ts';

let takingIn: TakingIn;
let database: Database;
let owners: TakingIn['owners'];
let intake: Intake;
let fetcher: Fetcher;
let recall: Recall;
let options: FetcherOptions & RecallOptions;
const waivers: (Waiver & { customerId: number })[] = [];
beforeAll(async () => {
  takingIn = await startTakingIn((customerId, waiver) => waivers.push({ customerId, ...waiver }));
  ({ database, owners, intake } = takingIn);
  const { peers } = takingIn;
  options = { intake, peers, clock: systemClock, logger: createLogger('test', 'silent') };
  fetcher = new Fetcher(options);
  recall = new Recall(options);
});
afterAll(() => takingIn?.close());
afterEach(() => {
  for (const owner of Object.values(owners)) Object.assign(owner, { reachable: true, garble: () => false });
});

/** What waits has waited longer by that, by the clock of the database. */
async function roundAfter(passedMs: number): Promise<void> {
  await passTime(database, passedMs);
  await fetcher.round();
}
const push = (...events: StreamEvent[]) => intake.take(events);
const wants = (stream: Stream, customerId: number) =>
  owners[stream].wants.filter(({ customer_id }) => customer_id === customerId);

const deliveriesOf = (customerId: number) => deliveriesIn(database, customerId);

/** A customer's loans and payments, each decided on the one before. */
function historyOf(customerId: number, pairs: number): StreamEvent[] {
  return Array.from({ length: pairs }, (_, pair) => [
    appendTo(owners, 'loans', { customerId, seen: { payments: pair } }),
    appendTo(owners, 'payments', { customerId, seen: { loans: pair + 1 } }),
  ]).flat();
}

it('an event that Kafka does not deliver is pulled after a while, with its causes, and released in order', async () => {
  const all = historyOf(1, 4);
  await push(all.at(-1) as StreamEvent);
  await roundAfter(PUSH_MS_MAX - LONG_MS);
  expect([await deliveriesOf(1), wants('loans', 1)]).toEqual([[], []]);
  await roundAfter(LONG_MS);
  expect(await deliveriesOf(1)).toEqual(all.map(idOf));
  await push(...all);
  expect(await deliveriesOf(1)).toEqual(all.map(idOf));
});

it('a pulled event keeps the fields that a newer version added', async () => {
  const [cause, effect] = historyOf(2, 1) as [StreamEvent, StreamEvent];
  Object.assign(cause.data, { said_by_newer: 'software' });
  await push(effect);
  await roundAfter(PUSH_MS_MAX);
  const [row] = await run<{ data: string }>(
    sqlOf(database),
    "SELECT data FROM events WHERE customer_id = 2 AND stream = 'loans'",
  );
  expect(JSON.parse(row?.data ?? '')).toEqual(cause.data);
});

it('while the owner of a missing event is unreachable, only events that depend on it wait', async () => {
  const all = historyOf(3, 2);
  const [first, , , effect] = all as [StreamEvent, StreamEvent, StreamEvent, StreamEvent];
  owners.loans.reachable = false;
  await push(first, effect);
  for (const passedMs of [PUSH_MS_MAX, CAUSE_MS_MAX, 10 * CAUSE_MS_MAX]) {
    await roundAfter(passedMs);
    expect(await deliveriesOf(3)).toEqual(all.slice(0, 2).map(idOf));
  }
  owners.loans.reachable = true;
  await roundAfter(1_000);
  expect(await deliveriesOf(3)).toEqual(all.map(idOf));
  expect(waivers).toEqual([]);
});

it('an event that its owner has lost is waived after a while, and released if it arrives later', async () => {
  const [lost, first, lostToo, second] = historyOf(4, 2) as [StreamEvent, StreamEvent, StreamEvent, StreamEvent];
  owners.loans.lose(4, 0);
  await push(first);
  await roundAfter(CAUSE_MS_MAX / 2);
  expect([await deliveriesOf(4), waivers]).toEqual([[], []]);
  await roundAfter(CAUSE_MS_MAX / 2);
  expect(await deliveriesOf(4)).toEqual([idOf(first)]);
  expect(waivers).toEqual([{ customerId: 4, stream: 'loans', versions: [1, 1], why: 'ended' }]);
  const third = appendTo(owners, 'payments', { customerId: 4, seen: { loans: 1 } });
  await push(second);
  await roundAfter(CAUSE_MS_MAX);
  await push(third);
  expect(await deliveriesOf(4)).toEqual([first, second, third].map(idOf));
  await push(lost, lostToo, lost);
  expect(await deliveriesOf(4)).toEqual([first, second, third, lost, lostToo].map(idOf));
  expect(waivers.splice(0)).toHaveLength(2);
});

it('an event that cannot be parsed is waived after a while, its neighbours are not', async () => {
  const [loan, , unfit, , last, effect] = historyOf(5, 3);
  owners.loans.garble = ({ customer_id, version }) => customer_id === 5 && version === unfit?.version;
  await push(effect as StreamEvent);
  await roundAfter(PUSH_MS_MAX);
  expect(await deliveriesOf(5)).toEqual([idOf(loan as StreamEvent), 'payments-5-1']);
  await roundAfter(CAUSE_MS_MAX);
  await roundAfter(1_000);
  const released = await deliveriesOf(5);
  expect(released).toEqual([
    'loans-5-1',
    'payments-5-1',
    'payments-5-2',
    idOf(last as StreamEvent),
    idOf(effect as StreamEvent),
  ]);
  expect(waivers.splice(0)).toEqual([{ customerId: 5, stream: 'loans', versions: [2, 2], why: 'unfit' }]);
});

it('waived events are pulled again, and released once their owner has them', async () => {
  const events = historyOf(7, 3);
  const [first, , unfit] = events as [StreamEvent, StreamEvent, StreamEvent];
  owners.loans.garble = ({ customer_id, version }) => customer_id === 7 && version === unfit.version;
  await push(...events.filter((event) => event !== unfit));
  expect(await deliveriesOf(7)).toEqual([idOf(first), 'payments-7-1']);
  await roundAfter(CAUSE_MS_MAX);
  const rest = ['payments-7-2', 'loans-7-3', 'payments-7-3'];
  expect(await deliveriesOf(7)).toEqual([idOf(first), 'payments-7-1', ...rest]);
  await recall.round();
  owners.loans.reachable = false;
  await recall.round();
  expect(await deliveriesOf(7)).toHaveLength(5);
  Object.assign(owners.loans, { reachable: true, garble: () => false });
  await recall.round();
  await recall.round();
  expect(await deliveriesOf(7)).toEqual([idOf(first), 'payments-7-1', ...rest, idOf(unfit)]);
  expect(await intake.waived(6, 9)).toEqual([]);
  expect(waivers.splice(0)).toHaveLength(1);
});

it('events after one that still cannot be parsed are released', async () => {
  const all = historyOf(10, 3);
  const [first, ...others] = all.filter(({ stream }) => stream === 'loans') as [StreamEvent, StreamEvent, StreamEvent];
  await push(first);
  await run(sqlOf(database), `INSERT INTO waived VALUES (10, '{"loans": [[2, 3]]}')`);
  owners.loans.garble = ({ customer_id, version }) => customer_id === 10 && version === 2;
  await push(...all.filter((event) => !others.includes(event)));
  const released = await deliveriesOf(10);
  await recall.round();
  expect(await deliveriesOf(10)).toEqual([...released, 'loans-10-3']);
});

it('a customer whose events cannot be stored delays no other customer', async () => {
  const [stuck, other] = [historyOf(11, 2), historyOf(12, 2)];
  await push(stuck.at(-1) as StreamEvent, other.at(-1) as StreamEvent);
  const failing: FetcherOptions['intake'] = {
    waiting: (...parameters) => intake.waiting(...parameters),
    read: (...parameters) => intake.read(...parameters),
    begunAtMs: () => intake.begunAtMs(),
    take: async (events, ...more) => {
      if (events.some(({ customer_id }) => customer_id === 11)) throw new Error('it takes too long');
      await intake.take(events, ...more);
    },
  };
  await passTime(database, PUSH_MS_MAX);
  await new Fetcher({ ...options, intake: failing }).round();
  expect([await deliveriesOf(11), await deliveriesOf(12)]).toEqual([[], other.map(idOf)]);
  await fetcher.round();
  expect(await deliveriesOf(11)).toEqual(stuck.map(idOf));
});

it('waiting times are measured by the clock of the database, whatever the clocks of processes show', async () => {
  const [, effect] = historyOf(13, 1) as [StreamEvent, StreamEvent];
  owners.loans.lose(13, 0);
  const roundBy = (aheadMs: number) =>
    new Fetcher({ ...options, clock: { ...systemClock, now: () => Date.now() + aheadMs } }).round();
  await push(effect);
  await passTime(database, PUSH_MS_MAX);
  await roundBy(LONG_MS);
  expect([await deliveriesOf(13), waivers]).toEqual([[], []]);
  await passTime(database, CAUSE_MS_MAX);
  await roundBy(-LONG_MS);
  expect([await deliveriesOf(13), waivers.splice(0)]).toEqual([[idOf(effect)], [expect.anything()]]);
});

const BEFORE = '2020-01-01T00:00:00.000Z';

it('events older than the webhooks database are not fetched for a stream without released events', async () => {
  const all = historyOf(6, 3);
  const last = all.at(-1) as StreamEvent;
  for (const event of all.slice(0, -1)) Object.assign(event, { time: BEFORE });
  await push(last);
  await roundAfter(CAUSE_MS_MAX / 2);
  expect(await deliveriesOf(6)).toEqual([]);
  await roundAfter(CAUSE_MS_MAX / 2);
  expect(await deliveriesOf(6)).toEqual([idOf(last)]);
  expect(waivers.splice(0).map(({ why }) => why)).toEqual(['before', 'before']);
  await recall.round();
  expect(await deliveriesOf(6)).toEqual([idOf(last)]);
  // A topic that has not forgotten brings it yet.
  await push(...all);
  expect(await deliveriesOf(6)).toHaveLength(all.length);
});

it('later events are fetched, even for a stream without released events', async () => {
  const all = historyOf(8, 3);
  for (const event of all.slice(0, 2)) Object.assign(event, { time: BEFORE });
  await push(all.at(-1) as StreamEvent);
  await roundAfter(CAUSE_MS_MAX);
  expect(await deliveriesOf(8)).toEqual(all.slice(2).map(idOf));
  expect(waivers.splice(0).map(({ versions, why }) => [...versions, why])).toEqual([
    [1, 1, 'before'],
    [1, 1, 'before'],
  ]);
});

it('an owner that has lost more than the waived events is not queried repeatedly', async () => {
  const all = historyOf(9, 4);
  const [, , first, effect] = all.filter(({ stream }) => stream === 'payments');
  await push(...all.slice(0, 4));
  owners.loans.lose(9, 1);
  await push(first as StreamEvent, effect as StreamEvent);
  await roundAfter(CAUSE_MS_MAX);
  expect(await deliveriesOf(9)).toHaveLength(6);
  const asked = wants('loans', 9).length;
  await recall.round();
  await recall.round();
  // At first after the released versions, and then no further than the head of the stream.
  expect(
    wants('loans', 9)
      .slice(asked)
      .map(({ after }) => after),
  ).toEqual([2, 1]);
  expect(waivers.splice(0)).toHaveLength(1);
});
