/** A receiver that asks for a pause gets no messages of any customer until the pause ends, from no process. */
import type { DeliveryBody, WebhookChange } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { send, waitFor } from '@mo/messaging/testing';
import { createRegistry, systemClock } from '@mo/service-kit';
import { Dispatcher } from '../src/delivery/dispatcher.ts';
import { Lanes } from '../src/delivery/lanes.ts';
import { pauseMs } from '../src/delivery/schedule.ts';
import type { Receiver as Addressee, Attempt } from '../src/delivery/sender.ts';
import { waitingGauges } from '../src/metrics.ts';
import { DeliveryTable } from '../src/webhooks/delivery-table.ts';
import { WebhookTable } from '../src/webhooks/webhook-table.ts';
import { QUIET } from './quiet.ts';
import { createWebhook, eventOf, idOf, LONG_MS, openEmpty, Receiver, startUnderTest, takeIn } from './support.ts';

/** Several times as many as one process handles at once. */
const CUSTOMERS = 40;
const LANES_MAX = 16;
const ROUNDS = 5;
const URL_BEFORE = 'https://shop.example/before';
const URL_AFTER = 'https://shop.example/after';

let database: Database;
let webhooks: WebhookTable;
let id: number;
let sent: string[];
/** How often it was asked which webhooks have messages that are due. */
let rounds: number;
let answer: (event: string) => Attempt | Promise<Attempt>;
let dispatcher: Dispatcher;
beforeEach(async () => {
  database = await openEmpty();
  webhooks = new WebhookTable(database);
  ({ id } = await createWebhook(database, ['LoanPaid'], URL_BEFORE));
  sent = [];
  rounds = 0;
  dispatcher = new Dispatcher({
    ...QUIET,
    lanes: new Lanes(database),
    sender: {
      send: (_to, message) => {
        sent.push(message.id);
        return Promise.resolve(answer(message.id));
      },
    },
    active: () => {
      rounds += 1;
      return webhooks.active();
    },
    receiverOf: (webhookId) => webhooks.receiverOf(webhookId),
    pauseMs,
    onBusy: (webhookId, receiver, ms) => webhooks.pause(webhookId, receiver, ms),
  });
});
afterEach(async () => {
  await dispatcher.stop();
  await database.close();
});

/** The receiver as an attempt reads it now. */
const receiverNow = async () => (await webhooks.receiverOf(id)) as Addressee;

const TAKEN: Attempt = { isTaken: true, answer: 204 };
const refusal = (status: number, retryAfterMs: number | null): Attempt => ({
  isTaken: false,
  answer: status,
  error: `it answered ${status}`,
  retryAfterMs,
  isGone: false,
});
const takeInOf = async (customers: number, versions = 1) => {
  const events = Array.from({ length: customers }, (_, customer) =>
    Array.from({ length: versions }, (__, version) => eventOf('loans', version + 1, { customerId: customer + 1 })),
  ).flat();
  await takeIn(database, events);
  return events.map(idOf);
};
const change = (to: WebhookChange) => inTransaction(database, (sql) => webhooks.change(sql, id, to));
const query = <T>(text: string, values: unknown[] = []) => run<T>(sqlOf(database), text, values);
const areHeld = async () => (await query('SELECT 1 FROM lanes WHERE held')).length > 0;
const areDone = async () => (await query('SELECT 1 FROM lanes')).length === 0;
/** Until several rounds have begun after now. */
const moreRounds = async () => {
  const before = rounds;
  await waitFor(() => {
    dispatcher.wake();
    return rounds > before + ROUNDS;
  });
};
const isPaused = async () => (await webhooks.receiverOf(id)) === null;

it.each([429, 503])(
  'after a %i with Retry-After only the attempts under way end, until it is activated',
  async (status) => {
    const ids = await takeInOf(CUSTOMERS);
    answer = () => refusal(status, LONG_MS);
    dispatcher.start();
    await waitFor(async () => sent.length > 0 && !(await areHeld()));
    await moreRounds();
    expect(sent.length).toBeLessThanOrEqual(LANES_MAX);
    expect(await webhooks.active()).toEqual([]);
    answer = () => TAKEN;
    await change({ description: 'the same' });
    await moreRounds();
    expect(sent.length).toBeLessThanOrEqual(LANES_MAX);
    sent = [];
    await change({ status: 'active' });
    await waitFor(areDone);
    expect(sent.toSorted()).toEqual(ids.toSorted());
  },
);

it('a turn under way ends, and continues after the pause', async () => {
  const ids = await takeInOf(1, 3);
  answer = async () => {
    if (sent.length === 1) await webhooks.pause(id, await receiverNow(), LONG_MS);
    return TAKEN;
  };
  dispatcher.start();
  await waitFor(async () => sent.length > 0 && !(await areHeld()));
  await moreRounds();
  expect(sent).toEqual(ids.slice(0, 1));
  await query("UPDATE webhooks SET paused_until = clock_timestamp() - interval '1 ms'");
  await waitFor(areDone);
  expect(sent).toEqual(ids);
});

it('another URL ends it, and does not get that of the former one', async () => {
  const ids = await takeInOf(1, 2);
  answer = async () => {
    if (sent.length > 1) return TAKEN;
    await change({ url: URL_AFTER });
    return refusal(429, LONG_MS);
  };
  dispatcher.start();
  await waitFor(areDone);
  expect(sent).toEqual([ids[0], ...ids]);
  await webhooks.pause(id, await receiverNow(), LONG_MS);
  expect(await isPaused()).toBe(true);
  await change({ url: URL_BEFORE });
  expect(await isPaused()).toBe(false);
});

it.each<[string, Attempt]>([
  ['another status', refusal(500, LONG_MS)],
  ['no Retry-After', refusal(429, null)],
])('%s makes only the messages of the customer wait', async (_what, refused) => {
  const ids = await takeInOf(CUSTOMERS);
  answer = (event) => (event === ids[0] ? refused : TAKEN);
  dispatcher.start();
  await waitFor(async () => (await query('SELECT 1 FROM lanes')).length === 1 && !(await areHeld()));
  expect(sent.toSorted()).toEqual(ids.toSorted());
  expect(await isPaused()).toBe(false);
});

it('the longest pause counts, and the owner sees when each message is sent next', async () => {
  await takeInOf(2);
  const nextMs = async () => {
    const rows = await new DeliveryTable(database).list({ webhookId: id, before: null, limit: 9 });
    return rows.map(({ due_at: dueAt }) => new Date(dueAt ?? '').getTime()).toReversed();
  };
  const nowMs = async () => {
    const [row] = await query<{ now: string }>('SELECT clock_timestamp() AS now');
    return new Date(row?.now ?? '').getTime();
  };
  const startMs = await nowMs();
  await query('UPDATE lanes SET due_at = clock_timestamp() + make_interval(secs => $1) WHERE customer_id = 2', [
    (3 * LONG_MS) / 1_000,
  ]);
  const receiver = await receiverNow();
  await webhooks.pause(id, receiver, LONG_MS);
  await webhooks.pause(id, receiver, 1);
  const endMs = await nowMs();
  const [first, second] = (await nextMs()) as [number, number];
  expect(first).toBeGreaterThanOrEqual(startMs + LONG_MS);
  expect(first).toBeLessThanOrEqual(endMs + LONG_MS);
  expect(second).toBeGreaterThanOrEqual(startMs + 3 * LONG_MS);
});

it('messages that wait for its end are not overdue', async () => {
  const registry = createRegistry('webhooks');
  waitingGauges(registry, database, systemClock);
  const value = /^mo_webhook_overdue_seconds\S* ([\d.]+)$/m;
  // There is no value if the database takes too long.
  const overdueS = async () =>
    Number(
      (await waitFor(async () => value.exec(await registry.getSingleMetricAsString('mo_webhook_overdue_seconds'))))[1],
    );
  const receiver = await receiverNow();
  await webhooks.pause(id, receiver, 0);
  await query("UPDATE webhooks SET paused_until = paused_until - interval '1 hour'");
  expect(await overdueS()).toBe(0);
  await takeInOf(1);
  await query("UPDATE lanes SET due_at = due_at - interval '2 hours'");
  expect(await overdueS()).toBeGreaterThanOrEqual(3_600);
  expect(await overdueS()).toBeLessThan(7_200);
  await webhooks.pause(id, receiver, LONG_MS);
  expect(await overdueS()).toBe(0);
});

it('the service keeps the pause that a receiver asks for in its answer', async () => {
  const [under, receiver] = [await startUnderTest(), await Receiver.start()];
  receiver.answer = () => 429;
  receiver.headers = { 'retry-after': String(LONG_MS / 1_000) };
  const { body: subscribed } = await send<{ id: number }>(under.app, 'POST', '/api/webhooks', { url: receiver.url });
  const list = async () =>
    (
      await send<{ results: DeliveryBody[] }>(under.app, 'GET', `/api/webhooks/${subscribed.id}/deliveries`)
    ).body.results.toReversed();
  await under.publish(eventOf('loans', 1, { customerId: 1 }));
  const [first] = await waitFor(async () => {
    const deliveries = await list();
    return deliveries.some(({ attempts, next_attempt_at: next }) => attempts > 0 && next !== null) && deliveries;
  });
  await under.publish(eventOf('loans', 1, { customerId: 2 }));
  const [, second] = await waitFor(async () => {
    const deliveries = await list();
    return deliveries.length === 2 && deliveries;
  });
  expect(Date.parse(first?.next_attempt_at ?? '')).toBeGreaterThanOrEqual(Date.parse(second?.next_attempt_at ?? ''));
  expect(Date.parse(second?.next_attempt_at ?? '')).toBeGreaterThan(Date.parse(second?.created_at ?? '') + LONG_MS / 2);
  expect(receiver.received).toHaveLength(1);
  await receiver.close();
  await under.stop();
});
