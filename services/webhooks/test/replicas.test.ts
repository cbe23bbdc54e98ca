/** Several processes, and one that dies. */
import type { CreatedWebhookBody } from '@mo/contracts';
import { type Database, run, sqlOf } from '@mo/database';
import { send, waitFor } from '@mo/messaging/testing';
import { Lanes } from '../src/delivery/lanes.ts';
import { delivered, eventOf, idOf, openBeside, Receiver, startUnderTest, type UnderTest } from './support.ts';

const CUSTOMERS = 12;
const VERSIONS = 15;

let under: UnderTest;
let receiver: Receiver;
let database: Database;
beforeAll(async () => {
  under = await startUnderTest();
  receiver = await Receiver.start();
  database = await openBeside(under.databaseUrl);
});
afterAll(async () => {
  await under?.stop();
  await receiver?.close();
  await database?.close();
});

const subscribe = async () =>
  (await send<CreatedWebhookBody>(under.app, 'POST', '/api/webhooks', { url: receiver.url })).body.id;

it('together deliver each message once, in order for each customer', async () => {
  await under.startReplica();
  await subscribe();
  const events = Array.from({ length: VERSIONS }, (_, version) =>
    Array.from({ length: CUSTOMERS }, (__, customer) => eventOf('loans', version + 1, { customerId: customer + 1 })),
  ).flat();
  await under.publish(...events);
  await waitFor(() => receiver.received.length >= events.length);
  // Nothing is under way any more, so that a message delivered twice has arrived twice.
  await waitFor(async () => (await run(sqlOf(database), 'SELECT 1 FROM lanes')).length === 0);
  for (let customer = 1; customer <= CUSTOMERS; customer += 1) {
    const own = receiver.ids.filter((id) => id.startsWith(`loans-${customer}-`));
    expect(own).toEqual(Array.from({ length: VERSIONS }, (_, version) => `loans-${customer}-${version + 1}`));
  }
});

/** A lane of which nothing was taken yet, of a webhook that rests, so that nobody works on it. */
async function restingLane(customerId: number): Promise<number> {
  receiver.answer = () => 503;
  const event = eventOf('payments', 1, { customerId });
  await under.publish(event);
  await waitFor(() => receiver.ids.includes(idOf(event)));
  const text = 'SELECT webhook_id FROM lanes WHERE customer_id = $1';
  const [row] = await run<{ webhook_id: string }>(sqlOf(database), text, [customerId]);
  await change(Number(row?.webhook_id), 'disabled');
  return Number(row?.webhook_id);
}

const change = (id: number, status: string) => send(under.app, 'PATCH', `/api/webhooks/${id}`, { status });
const statusOf = async (id = '') =>
  (await run<{ status: number }>(sqlOf(database), 'SELECT status FROM deliveries WHERE id = $1', [id]))[0]?.status;
const PENDING = 1;

it('take over the claims of a process that died', async () => {
  const lanes = new Lanes(database, 1_000);
  const id = await restingLane(77);
  const claimed = await waitFor(async () => (await lanes.claim(id, 9))[0]);
  receiver.answer = () => 204;
  await run(sqlOf(database), 'UPDATE webhooks SET status = 1 WHERE id = $1', [id]);
  await waitFor(async () => (await run(sqlOf(database), 'SELECT 1 FROM lanes')).length === 0);
  expect(await lanes.settle(claimed, [], 0)).toBe(null);
});

it('store no outcome after their claim has expired', async () => {
  const lanes = new Lanes(database, 1_000);
  const id = await restingLane(78);
  const ended = await waitFor(async () => (await lanes.claim(id, 9))[0]);
  const delivery = await waitFor(async () => (await lanes.next(ended))[0]);
  const claimed = await waitFor(async () => (await lanes.claim(id, 9))[0]);
  expect(await lanes.settle(ended, [delivered(delivery)], 0)).toBe(null);
  expect(await statusOf(delivery.id)).toBe(PENDING);
  expect(await lanes.settle(claimed, [delivered(delivery)], 0)).toEqual([]);
  expect(await statusOf(delivery.id)).not.toBe(PENDING);
});
