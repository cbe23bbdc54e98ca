/** How often a message is sent, and which failures a pause before its next attempt counts. */
import type { WebhookChange } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { waitFor } from '@mo/messaging/testing';
import { Dispatcher } from '../src/delivery/dispatcher.ts';
import { type Delivery, type Lane, Lanes } from '../src/delivery/lanes.ts';
import { ATTEMPTS_MIN } from '../src/delivery/schedule.ts';
import type { Attempt, Receiver } from '../src/delivery/sender.ts';
import { WebhookTable } from '../src/webhooks/webhook-table.ts';
import { QUIET } from './quiet.ts';
import { createWebhook, eventOf, idOf, LONG_MS, openEmpty, refused, takeIn } from './support.ts';

const MESSAGES = 3;
const TAKEN: Attempt = { isTaken: true, answer: 204 };
const answering = (answer: number): Attempt => ({
  isTaken: false,
  answer,
  error: `it answered ${answer}`,
  retryAfterMs: null,
  isGone: answer === 410,
});

let database: Database;
let webhooks: WebhookTable;
let lanes: Lanes;
beforeAll(async () => {
  database = await openEmpty();
  webhooks = new WebhookTable(database);
  lanes = new Lanes(database, LONG_MS);
});
afterAll(() => database?.close());

/** Each test has a webhook and a customer of its own. */
let id: number;
let customerId = 0;
let ids: string[];
let dispatcher: Dispatcher | undefined;
/** The messages of all attempts. */
let sent: string[];
/** What each pause counted. */
let counts: number[];
beforeEach(async () => {
  ({ id } = await createWebhook(database));
  customerId += 1;
  const events = Array.from({ length: MESSAGES }, (_, place) => eventOf('loans', place + 1, { customerId }));
  await takeIn(database, events);
  [ids, sent, counts] = [events.map(idOf), [], []];
});
afterEach(async () => {
  await dispatcher?.stop();
  dispatcher = undefined;
  await inTransaction(database, (sql) => webhooks.remove(sql, id));
});

/** Starts to send. Each attempt ends as `attempt` says; a pause is longer than any test, or none. */
function start(attempt: () => Attempt | Promise<Attempt>, isLong: (failures: number) => boolean = () => false): void {
  dispatcher = new Dispatcher({
    ...QUIET,
    lanes,
    sender: {
      send: async (_receiver, message) => {
        sent.push(message.id);
        return attempt();
      },
    },
    active: () => webhooks.active(),
    receiverOf: (webhookId) => webhooks.receiverOf(webhookId),
    pauseMs: (failures) => {
      counts.push(failures);
      return isLong(failures) ? LONG_MS : 0;
    },
    onGone: (webhookId, receiver) => webhooks.disable(webhookId, receiver, 'its receiver answered 410'),
  });
  dispatcher.start();
}
const change = (to: WebhookChange) => inTransaction(database, (sql) => webhooks.change(sql, id, to));
const stored = () =>
  run<{ status: number; attempts: number }>(
    sqlOf(database),
    'SELECT status, attempts FROM deliveries WHERE webhook_id = $1 ORDER BY id',
    [id],
  );
const makeOld = (hours: number) => {
  const text = 'UPDATE deliveries SET created_at = created_at - make_interval(hours => $2) WHERE webhook_id = $1';
  return run(sqlOf(database), text, [id, hours]);
};
const isAttempted = async (place: number, times: number) => (await stored())[place]?.attempts === times;

it('messages that waited for more than three days behind another one get several attempts before they are given up', async () => {
  await makeOld(100);
  start(() => answering(429));
  await waitFor(async () => (await stored()).every(({ status }) => status !== 1));
  expect(sent).toEqual(ids.flatMap((of) => Array.from({ length: ATTEMPTS_MIN }, () => of)));
  expect(await stored()).toEqual(ids.map(() => ({ status: 3, attempts: ATTEMPTS_MIN })));
});

it('a 410 of an attempt from before an activation does not disable the webhook; that of the next attempt does', async () => {
  start(async () => {
    if (sent.length === 1) for (const status of ['disabled', 'active'] as const) await change({ status });
    return answering(410);
  });
  await waitFor(async () => (await webhooks.find(id))?.disabled_reason);
  expect(sent).toEqual([ids[0], ids[0]]);
});

const ACTIVATED: WebhookChange[] = [{ status: 'disabled' }, { status: 'active' }];
describe.each<[string, WebhookChange[]]>([
  ['activated', ACTIVATED],
  ['activated although it is active', ACTIVATED.slice(1)],
  ['given another URL', [{ url: 'https://other.example' }]],
])('a webhook that is %s', (_how, changes) => {
  const restart = async () => {
    for (const each of changes) await change(each);
  };

  it('gets its messages at once, and the pauses start again', async () => {
    start(
      () => answering(503),
      (failures) => failures === 3,
    );
    await waitFor(() => isAttempted(0, 3));
    await restart();
    await waitFor(() => isAttempted(0, 6));
    expect(counts).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('during an attempt, which fails, gets the message at once', async () => {
    const attempt = async () => {
      if (sent.length === 1) await restart();
      return answering(503);
    };
    start(attempt, () => true);
    await waitFor(() => isAttempted(0, 2));
    expect(counts).toEqual([1, 1]);
  });
});

it.each([
  ['fails', () => answering(503)],
  ['is accepted, and the next one fails', () => TAKEN],
])('old messages are not given up if the webhook gets another URL during an attempt that %s', async (_how, first) => {
  await makeOld(200);
  await run(sqlOf(database), 'UPDATE deliveries SET attempts = 20 WHERE webhook_id = $1', [id]);
  start(async () => {
    if (sent.length > 1) return sent.length === 2 ? answering(503) : TAKEN;
    await change({ url: 'https://other.example' });
    return first();
  });
  await waitFor(async () => (await stored()).every(({ status }) => status !== 1));
  expect((await stored()).map(({ status }) => status)).toEqual(ids.map(() => 2));
});

it('messages that are not accepted within six days are given up after any number of attempts', async () => {
  await makeOld(144);
  start(() => answering(503));
  await waitFor(async () => (await stored()).every(({ status }) => status !== 1));
  expect(await stored()).toEqual(ids.map(() => ({ status: 3, attempts: 1 })));
});

describe('a lane', () => {
  const isWaited = async () => {
    const text = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    return (await run(sqlOf(database), text)).length > 0;
  };
  const claim = async () => ((await lanes.claim(id, 1)) as [Lane])[0];
  const restartedAt = async () => ((await webhooks.receiverOf(id)) as Receiver).restartedAt;

  it.each(['settled', 'restarted'])('that is %s first, the other meanwhile, is due at once', async (first) => {
    const failures = { count: 1, restartedAt: await restartedAt() };
    const lane = await claim();
    const [delivery] = (await lanes.next(lane)) as [Delivery];
    let other: Promise<unknown> = Promise.resolve();
    await inTransaction(database, async (sql) => {
      await run(sql, 'SET LOCAL idle_in_transaction_session_timeout = 0');
      if (first === 'restarted') {
        await webhooks.change(sql, id, { status: 'active' });
        other = lanes.settle(lane, [refused(delivery)], LONG_MS, failures);
      } else {
        // As `settle` releases it, in a transaction that goes on.
        const text =
          "UPDATE lanes SET held = false, due_at = clock_timestamp() + interval '1 hour' WHERE webhook_id = $1";
        await run(sql, text, [id]);
        other = change({ status: 'active' });
      }
      await waitFor(isWaited);
    });
    await other;
    await waitFor(async () => (await webhooks.active()).includes(id));
  });

  it('counts the failures of its first message', async () => {
    start(
      () => (sent.length === 3 ? TAKEN : answering(503)),
      () => counts.length === 4,
    );
    await waitFor(() => isAttempted(1, 2));
    expect(counts).toEqual([1, 2, 1, 2]);
  });

  it('keeps the count if a turn sends nothing', async () => {
    const failures = { count: 7, restartedAt: await restartedAt() };
    for (const settled of [failures, null]) expect(await lanes.settle(await claim(), [], 0, settled)).toEqual([]);
    expect(await claim()).toMatchObject({ failures });
  });
});
