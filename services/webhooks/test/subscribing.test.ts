/** An event that is taken in while a webhook subscribes to it is delivered, or found by a replay after that. */
import { type Database, inTransaction, run, type Sql, sqlOf } from '@mo/database';
import { send, waitFor } from '@mo/messaging/testing';
import { StoreBusyError } from '@mo/service-kit';
import { DeliveryTable } from '../src/webhooks/delivery-table.ts';
import { HOLD_SUBSCRIBERS } from '../src/webhooks/subscribing.ts';
import { WebhookTable } from '../src/webhooks/webhook-table.ts';
import { ADA, createWebhook, eventOf, openBeside, openEmpty, startUnderTest, takeIn } from './support.ts';

/** A transaction that waits is not ended by the server. */
const FOR_LONG = 'SET LOCAL idle_in_transaction_session_timeout = 0';

let database: Database;
let webhooks: WebhookTable;
let deliveries: DeliveryTable;
beforeEach(async () => {
  database = await openEmpty();
  webhooks = new WebhookTable(database);
  deliveries = new DeliveryTable(database);
});
afterEach(() => database.close());

/** Repeats what waited too long for a lock, because the machine stood still. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreBusyError)) throw error;
    }
  }
}
const write = <T>(work: (sql: Sql) => Promise<T>) => insist(() => inTransaction(database, work));
const waitingFor = async (type: string) => {
  const rows = await run(sqlOf(database), 'SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = $1', [type]);
  return rows.length > 0;
};

/** A disabled webhook, and one that is active without the type of the events. */
const disabled = async () => {
  const { id } = await createWebhook(database);
  await write((sql) => webhooks.change(sql, id, { status: 'disabled' }));
  return id;
};
const ofOtherType = async () => (await createWebhook(database, ['LoanTaken'])).id;

it.each<[string, () => Promise<number>, (id: number) => Promise<number>]>([
  [
    'is activated',
    disabled,
    async (id) => {
      await write((sql) => webhooks.change(sql, id, { status: 'active' }));
      return id;
    },
  ],
  [
    'gets another type',
    ofOtherType,
    async (id) => {
      await write((sql) => webhooks.change(sql, id, { event_types: ['LoanPaid'] }));
      return id;
    },
  ],
  ['is created', async () => 0, async () => (await insist(() => createWebhook(database))).id],
])('if it %s', async (_how, prepare, subscribe) => {
  const from = new Date(0);
  await createWebhook(database);
  await takeIn(database, [eventOf('loans', 1)]);
  const prepared = await prepare();
  // The intake stalls at the lane of the first webhook, and has read before which webhooks are active.
  const released = Promise.withResolvers<void>();
  const isHeld = Promise.withResolvers<void>();
  const holding = inTransaction(database, async (sql) => {
    await run(sql, FOR_LONG);
    await run(sql, 'SELECT 1 FROM lanes WHERE customer_id = $1 FOR UPDATE', [ADA]);
    isHeld.resolve();
    await released.promise;
  });
  await isHeld.promise;
  const takingIn = insist(() => takeIn(database, [eventOf('loans', 2)]));
  await waitFor(() => waitingFor('transactionid'));
  let isReplayed = false;
  const replaying = subscribe(prepared).then(async (id) => {
    await write((sql) => deliveries.replay(sql, id, { from, delivery_ids: undefined, to: undefined }));
    isReplayed = true;
    return id;
  });
  await waitFor(async () => isReplayed || (await waitingFor('advisory')));
  released.resolve();
  await Promise.all([holding, takingIn]);
  const rows = await run<{ version: string }>(
    sqlOf(database),
    'SELECT DISTINCT version FROM deliveries WHERE webhook_id = $1 ORDER BY version',
    [await replaying],
  );
  expect(rows.map(({ version }) => Number(version))).toEqual([1, 2]);
});

it('an intake that stalls makes the activation a 503 with Retry-After, and no other change', async () => {
  const under = await startUnderTest();
  const beside = await openBeside(under.databaseUrl);
  const { body } = await send<{ id: number }>(under.app, 'POST', '/api/webhooks', { url: 'https://example.com' });
  const change = (to: object) => send(under.app, 'PATCH', `/api/webhooks/${body.id}`, to);
  await inTransaction(beside, async (sql) => {
    await run(sql, FOR_LONG);
    await run(sql, HOLD_SUBSCRIBERS);
    for (const other of [{ status: 'active' }, { status: 'disabled' }, { url: 'https://example.com/b' }])
      expect((await change(other)).status).toBe(200);
    expect(await change({ status: 'active' })).toMatchObject({
      status: 503,
      headers: { 'retry-after': expect.any(String) },
      body: { code: 'unavailable' },
    });
  });
  expect((await change({ status: 'active' })).status).toBe(200);
  await beside.close();
  await under.stop();
});
