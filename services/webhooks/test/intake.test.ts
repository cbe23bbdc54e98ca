/** What is written down of events, in whatever order and however often they come. */
import type { StreamEvent } from '@mo/contracts';
import { type Database, run, sqlOf, sqlState } from '@mo/database';
import { Intake } from '../src/intake/intake.ts';
import { type Absences, CAUSE_MS_MAX, type Waiver } from '../src/intake/order.ts';
import { messageOf, startPushing } from './pushing.ts';
import {
  createWebhook,
  deliveriesOf as deliveriesIn,
  eventOf,
  idOf,
  LONG_MS,
  openEmpty,
  passTime,
  takeIn,
} from './support.ts';

/** The SQLSTATE of a wait for a lock that took too long. A deadlock has another one. */
const LOCK_NOT_AVAILABLE = '55P03';
/** How often events are taken in at most, because others stood still each time. */
const TAKES_MAX = 10;

let database: Database;
let intake: Intake;
let taken = 0;
const waivers: Waiver[] = [];
beforeAll(async () => {
  database = await openEmpty();
  intake = new Intake({
    database,
    onTaken: () => {
      taken += 1;
    },
    onWaived: (_customerId, waiver) => waivers.push(waiver),
  });
  await createWebhook(database, ['LoanPaid', 'PaymentRejected']);
});
afterAll(() => database?.close());

let lastId = 1_000;
/** A customer of whom there is nothing yet. */
function nextId(): number {
  lastId += 1;
  return lastId;
}

const deliveriesOf = (customerId: number) => deliveriesIn(database, customerId);

it('stores each event once, and a delivery for each webhook that subscribes to it', async () => {
  const events = [eventOf('loans', 1), eventOf('loans', 2), eventOf('customers', 1)];
  await intake.take(events);
  await intake.take(events);
  expect(await deliveriesOf(42)).toEqual(['loans-42-1', 'loans-42-2']);
  expect(await run(sqlOf(database), 'SELECT 1 FROM events WHERE customer_id = 42')).toHaveLength(3);
  expect(await run(sqlOf(database), 'SELECT 1 FROM lanes WHERE customer_id = 42')).toHaveLength(1);
  expect(taken).toBe(1);
});

it('stores an event that waits for its cause, whichever process takes the cause in', async () => {
  const effect = eventOf('payments', 1, { customerId: 7, seen: { loans: 1, customers: 1 } });
  await intake.take([effect]);
  await intake.take([eventOf('customers', 1, { customerId: 7 })]);
  expect(await deliveriesOf(7)).toEqual([]);
  await takeIn(database, [eventOf('loans', 1, { customerId: 7 })]);
  expect(await deliveriesOf(7)).toEqual(['loans-7-1', idOf(effect)]);
  expect(await run(sqlOf(database), 'SELECT 1 FROM early_events')).toEqual([]);
});

it('writes only the newly arrived events, however many are waiting already', async () => {
  const customerId = nextId();
  const rows = () =>
    run(sqlOf(database), 'SELECT version, xmin FROM early_events WHERE customer_id = $1 ORDER BY version', [
      customerId,
    ]);
  const early = Array.from({ length: 1_000 }, (_, place) => eventOf('loans', place + 3, { customerId }));
  await intake.take(early);
  const before = await rows();
  await intake.take([eventOf('loans', 1_003, { customerId })]);
  expect((await rows()).slice(0, -1)).toEqual(before);
  await intake.take([eventOf('loans', 1, { customerId })]);
  expect(await rows()).toHaveLength(1_001);
  await intake.take([eventOf('loans', 2, { customerId })]);
  expect(await rows()).toEqual([]);
  expect(await deliveriesOf(customerId)).toHaveLength(1_003);
});

it('keeps events that still wait when others of the customer are released', async () => {
  const customerId = nextId();
  const cause = eventOf('loans', 1, { customerId });
  const effect = eventOf('payments', 1, { customerId, seen: { loans: 1 } });
  await intake.take([effect, eventOf('payments', 2, { customerId, seen: { loans: 2 } })]);
  await intake.take([cause]);
  expect(await deliveriesOf(customerId)).toEqual([cause, effect].map(idOf));
  const left = 'SELECT stream, version FROM early_events WHERE customer_id = $1';
  expect(await run(sqlOf(database), left, [customerId])).toEqual([{ stream: 'payments', version: '2' }]);
});

it('continues without waived versions, and releases them once if they arrive late', async () => {
  const late = eventOf('loans', 1, { customerId: 8 });
  await intake.take([eventOf('payments', 1, { customerId: 8, seen: { loans: 1 } })]);
  const absences: Absences = { loans: { versions: [1, 1], why: 'ended' } };
  await passTime(database, CAUSE_MS_MAX / 2);
  await intake.take([], new Map([[8, absences]]));
  expect([await deliveriesOf(8), waivers]).toEqual([[], []]);
  await passTime(database, CAUSE_MS_MAX / 2);
  await intake.take([], new Map([[8, absences]]));
  expect([await deliveriesOf(8), waivers]).toEqual([['payments-8-1'], [{ stream: 'loans', ...absences.loans }]]);
  await intake.take([eventOf('payments', 2, { customerId: 8, seen: { loans: 1 } })]);
  const after = eventOf('loans', 2, { customerId: 8 });
  for (const events of [[after], [late, late], [late]]) await intake.take(events);
  expect(await deliveriesOf(8)).toEqual(['payments-8-1', 'payments-8-2', 'loans-8-2', 'loans-8-1']);
});

it('finds the customers whose events have waited for a while, by the clock of the database', async () => {
  const [first, second] = [nextId(), nextId()];
  const waiting = (above: number) => intake.waiting(LONG_MS, above, 9);
  await intake.take([eventOf('loans', 2, { customerId: first }), eventOf('loans', 2, { customerId: second })]);
  await passTime(database, LONG_MS / 2);
  expect(await waiting(first - 1)).toEqual([]);
  await passTime(database, LONG_MS / 2);
  await intake.take([eventOf('loans', 2, { customerId: nextId() })]);
  expect([await waiting(first - 1), await waiting(first)]).toEqual([[first, second], [second]]);
});

it('continues past waived versions that a process of an older version has released', async () => {
  const [released, next] = [eventOf('loans', 1, { customerId: 9 }), eventOf('loans', 2, { customerId: 9 })];
  await intake.take([released]);
  await run(sqlOf(database), `INSERT INTO waived VALUES (9, '{"loans": [[1, 1]]}')`);
  await intake.take([released, next]);
  expect(new Set(await deliveriesOf(9))).toEqual(new Set([released, next].map(idOf)));
  expect(await intake.waived(8, 1)).toEqual([]);
});

/** Takes in events as Kafka delivers them: again if another stood still for so long that they waited for it in vain. */
async function takeInTheEnd(events: readonly StreamEvent[]): Promise<void> {
  for (let takes = 1; ; takes += 1) {
    try {
      return await intake.take(events);
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE || takes === TAKES_MAX) throw error;
    }
  }
}

it('takes in concurrent events of the same customers in several processes', async () => {
  const streams = (['customers', 'loans', 'payments'] as const).map((stream) =>
    Array.from({ length: 20 }, (_, place) =>
      [101, 102, 103].map((customerId) => eventOf(stream, place + 1, { customerId })),
    ),
  );
  await Promise.all(
    streams.map(async (batches) => {
      // Each arrives twice, so that events that were not stored the first time are released again.
      for (const batch of batches.flatMap((each) => [each, each])) await takeInTheEnd(batch);
    }),
  );
  for (const customerId of [101, 102, 103]) {
    const released = await deliveriesOf(customerId);
    for (const stream of ['loans', 'payments'])
      expect(released.filter((id) => id.startsWith(stream))).toEqual(
        Array.from({ length: 20 }, (_, place) => `${stream}-${customerId}-${place + 1}`),
      );
  }
});

describe('an event that cannot be stored', () => {
  /** More levels than PostgreSQL stores of an event that waits; it stores any text of one that does not. */
  const DEPTH = 50_000;
  const early = { seen: { loans: 1 } };
  it.each([
    ['has a time that PostgreSQL does not know', {}, { time: '0000-01-01T00:00:00Z' }],
    ['has such a time and waits for its cause', early, { time: '0000-01-01T00:00:00Z' }],
    ['has a NUL and waits for its cause', early, { more: '"more":"\\u0000"' }],
    ['has half a character and waits for its cause', early, { more: '"more":"\\ud800"' }],
    [
      'is nested too deeply and waits for its cause',
      early,
      { more: `"more":${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}` },
    ],
  ])('that %s is left out, and nothing else', async (_why, options, pushed) => {
    const customerId = nextId();
    const refused = eventOf('payments', 1, { customerId, ...options });
    const [before, after] = [
      eventOf('loans', 1, { customerId: nextId() }),
      eventOf('loans', 1, { customerId: nextId() }),
    ];
    const cause = eventOf('loans', 1, { customerId });
    const { subscriber, push, unfit } = await startPushing((events) => intake.take(events));
    await push(messageOf(before), messageOf(refused, pushed), messageOf(after));
    await push(messageOf(cause));
    await subscriber.stop();
    expect(unfit).toEqual(['payments']);
    const released = await Promise.all([before, after, cause].map(({ customer_id }) => deliveriesOf(customer_id)));
    expect(released).toEqual([[idOf(before)], [idOf(after)], [idOf(cause)]]);
  });
});
