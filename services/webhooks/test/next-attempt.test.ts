/** When the owner of a webhook is told that a message will be sent. */
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { type Delivery, type Lane, Lanes, type Outcome } from '../src/delivery/lanes.ts';
import { presentDelivery } from '../src/http/presenter.ts';
import { DeliveryTable } from '../src/webhooks/delivery-table.ts';
import { WebhookTable } from '../src/webhooks/webhook-table.ts';
import { ADA, createWebhook, delivered, eventOf, LONG_MS, openEmpty, refused, takeIn } from './support.ts';

let database: Database;
let lanes: Lanes;
let webhookId: number;
beforeAll(async () => {
  database = await openEmpty();
  lanes = new Lanes(database, LONG_MS);
  ({ id: webhookId } = await createWebhook(database));
  await takeIn(
    database,
    [1, 2].map((version) => eventOf('loans', version)),
  );
});
afterAll(() => database?.close());

/** Of both messages, the older one first; in milliseconds since 1970. */
const nextAttemptsMs = async (): Promise<(number | null)[]> => {
  const rows = await new DeliveryTable(database).list({ webhookId, before: null, limit: 9 });
  return rows
    .map(presentDelivery)
    .toReversed()
    .map(({ next_attempt_at: time }) => (time === null ? null : Date.parse(time)));
};
const nowMs = async (): Promise<number> => {
  const [row] = await run<{ now: string }>(sqlOf(database), 'SELECT clock_timestamp() AS now');
  return new Date(row?.now ?? '').getTime();
};
const claim = async (): Promise<Lane> => ((await lanes.claim(webhookId, 1)) as [Lane])[0];
const settle = async (lane: Lane, outcomeOf: (first: Delivery) => Outcome): Promise<void> => {
  const [first] = (await lanes.next(lane)) as [Delivery];
  expect(await lanes.settle(lane, [outcomeOf(first)], LONG_MS)).toEqual([]);
};
const change = (status: 'active' | 'disabled') =>
  inTransaction(database, (sql) => new WebhookTable(database).change(sql, webhookId, { status }));

it('is now, then open while one is sent, then after the pause, and none once it is delivered', async () => {
  const [first, second] = await nextAttemptsMs();
  expect(first).toBeLessThanOrEqual(await nowMs());
  expect(second).toBe(first);

  const lane = await claim();
  expect(lane.customerId).toBe(ADA);
  expect(await nextAttemptsMs()).toEqual([null, null]);

  const settledMs = await nowMs();
  await settle(lane, refused);
  const [again, later] = await nextAttemptsMs();
  expect(again).toBeGreaterThanOrEqual(settledMs + LONG_MS);
  expect(again).toBeLessThanOrEqual((await nowMs()) + LONG_MS);
  expect(later).toBe(again);

  await change('disabled');
  expect(await nextAttemptsMs()).toEqual([null, null]);
  await change('active');
  const [soon] = await nextAttemptsMs();
  expect(soon).toBeLessThanOrEqual(await nowMs());

  await settle(await claim(), delivered);
  expect(await nextAttemptsMs()).toEqual([null, expect.any(Number)]);
});
