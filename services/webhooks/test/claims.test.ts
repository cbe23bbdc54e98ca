/** Claims of lanes, by two processes of which one is late. */
import { type Database, run, sqlOf } from '@mo/database';
import { waitFor } from '@mo/messaging/testing';
import { type Delivery, type Lane, Lanes } from '../src/delivery/lanes.ts';
import { DeliveryTable } from '../src/webhooks/delivery-table.ts';
import { createWebhook, delivered, eventOf, openEmpty, refused, takeIn } from './support.ts';

/** Longer than any test. */
const PAUSE_MS = 3_600_000;

let database: Database;
let webhookId: number;
let late: Lanes;
let other: Lanes;
beforeAll(async () => {
  database = await openEmpty();
  ({ id: webhookId } = await createWebhook(database));
  late = new Lanes(database, 1);
  other = new Lanes(database, PAUSE_MS);
});
afterAll(() => database?.close());

const LANES_MAX = 9;
const claimBy = (lanes: Lanes): Promise<Lane> => waitFor(async () => (await lanes.claim(webhookId, LANES_MAX))[0]);
/** Takes in so many events of a customer, each of which is to be delivered. */
const addDeliveries = (customerId: number, events: number) =>
  takeIn(
    database,
    Array.from({ length: events }, (_, place) => eventOf('loans', place + 1, { customerId })),
  );
const statusesOf = async (customerId: number) => {
  const text = 'SELECT status FROM deliveries WHERE customer_id = $1 ORDER BY id';
  return (await run<{ status: number }>(sqlOf(database), text, [customerId])).map(({ status }) => status);
};
const PENDING = 1;
const DELIVERED = 2;

it('are distinct, even if the lane was deleted and created again', async () => {
  await addDeliveries(1, 1);
  const ended = await claimBy(late);
  const claimed = await claimBy(other);
  const [first] = (await other.next(claimed)) as [Delivery];
  expect(await other.settle(claimed, [delivered(first)], 0)).toEqual([]);
  await new DeliveryTable(database).replay(sqlOf(database), webhookId, { delivery_ids: [Number(first.id)] });
  const again = await claimBy(other);
  const [second] = (await other.next(again)) as [Delivery];
  expect(await late.settle(ended, [refused(second)], 0)).toBe(null);
  expect(await other.settle(again, [delivered(second)], 0)).toEqual([]);
  expect(await statusesOf(1)).toEqual([DELIVERED, DELIVERED]);
});

it('never make a delivered message pending again', async () => {
  await addDeliveries(2, 2);
  const claimed = await claimBy(other);
  const [first] = (await other.next(claimed)) as [Delivery];
  await other.settle(claimed, [delivered(first)], 0);
  const next = await claimBy(late);
  expect(await late.settle(next, [refused(first)], PAUSE_MS)).toEqual([]);
  expect(await statusesOf(2)).toEqual([DELIVERED, PENDING]);
});

it('last as long as they are renewed', async () => {
  await addDeliveries(4, 1);
  const claimed = await claimBy(late);
  expect(await other.renew([claimed])).toEqual([claimed]);
  expect(await other.claim(webhookId, LANES_MAX)).toEqual([]);
  const [first] = (await other.next(claimed)) as [Delivery];
  expect(await late.settle(claimed, [delivered(first)], 0)).toEqual([]);
});

it('cannot be renewed after another process has claimed the lane', async () => {
  await addDeliveries(5, 1);
  const ended = await claimBy(late);
  await claimBy(late);
  expect(await other.renew([ended])).toEqual([]);
  expect((await claimBy(other)).customerId).toBe(5);
  expect(await late.settle(ended, [], 0)).toBe(null);
});

it('of which some can no longer be renewed: the others are', async () => {
  await addDeliveries(6, 1);
  const ended = await claimBy(late);
  const [first] = (await late.next(ended)) as [Delivery];
  expect(await late.settle(ended, [delivered(first)], 0)).toEqual([]);
  await addDeliveries(7, 1);
  const claimed = await claimBy(late);
  expect(await other.renew([ended, claimed])).toEqual([claimed]);
  expect(await other.claim(webhookId, LANES_MAX)).toEqual([]);
});

it('are not renewed once the lane was settled: it is due when its pause ends', async () => {
  await addDeliveries(8, 2);
  const ended = await claimBy(late);
  const [first] = (await late.next(ended)) as [Delivery];
  expect(await late.settle(ended, [delivered(first)], 0)).toEqual([]);
  expect(await other.renew([ended])).toEqual([]);
  expect((await other.claim(webhookId, LANES_MAX)).map(({ customerId }) => customerId)).toEqual([8]);
});

it('start above the claims of the previous version', async () => {
  await addDeliveries(3, 1);
  const ended = await claimBy(late);
  const before = 'UPDATE lanes SET claim = claim + 1 WHERE customer_id = 3 RETURNING claim';
  const [row] = await run<{ claim: string }>(sqlOf(database), before);
  const claimed = await claimBy(other);
  expect(new Set([ended.claim, Number(row?.claim), claimed.claim]).size).toBe(3);
});
