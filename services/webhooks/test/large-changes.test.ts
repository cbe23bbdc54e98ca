/** Changes of webhooks with more waiting messages than one transaction changes: the rest follows in others. */
import type { DeliveryBody, WebhookChange } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { send, waitFor } from '@mo/messaging/testing';
import { Lanes } from '../src/delivery/lanes.ts';
import { DeliveryTable } from '../src/webhooks/delivery-table.ts';
import { WebhookTable } from '../src/webhooks/webhook-table.ts';
import { createWebhook, eventOf, LONG_MS, openBeside, openEmpty, Receiver, startUnderTest, takeIn } from './support.ts';

const ROWS_MAX = 2;
const CUSTOMERS = [1, 2, 3, 4, 5];
const EVENTS = CUSTOMERS.flatMap((customerId) => [1, 2].map((version) => eventOf('loans', version, { customerId })));
const REMOVED = 'the webhook was removed';

const query = <Row>(database: Database, text: string, parameters: unknown[] = []) =>
  run<Row>(sqlOf(database), text, parameters);
/** Lets all lanes wait for longer than any test. */
const rest = (database: Database) =>
  query(database, 'UPDATE lanes SET due_at = clock_timestamp() + make_interval(secs => $1)', [LONG_MS / 1_000]);

describe('the tables', () => {
  let database: Database;
  let id: number;
  /** Of two processes. */
  let webhooks: WebhookTable;
  let others: WebhookTable;
  beforeEach(async () => {
    database = await openEmpty();
    [webhooks, others] = [new WebhookTable(database, ROWS_MAX), new WebhookTable(database, ROWS_MAX)];
    ({ id } = await createWebhook(database));
    await takeIn(database, EVENTS);
    await rest(database);
  });
  afterEach(() => database.close());

  const change = (what: WebhookChange) => inTransaction(database, (sql) => webhooks.change(sql, id, what));
  const remove = () => inTransaction(database, (sql) => webhooks.remove(sql, id));
  const dueCustomers = async () => {
    const text = 'SELECT customer_id FROM lanes WHERE due_at <= clock_timestamp() ORDER BY 1';
    return (await query<{ customer_id: string }>(database, text)).map(({ customer_id }) => Number(customer_id));
  };
  const finish = async (step: () => Promise<boolean>) => {
    for (let steps = 0; steps < EVENTS.length; steps += 1) if (!(await step())) return;
    throw new Error('it does not end');
  };
  const countOf = async (text: string) =>
    (await query<{ n: number }>(database, `SELECT count(*)::int AS n ${text}`))[0]?.n;
  const expectGivenUp = async () => {
    expect(await countOf(`FROM deliveries WHERE status = 3 AND last_error = '${REMOVED}'`)).toBe(EVENTS.length);
    expect(await countOf('FROM deliveries WHERE status = 1')).toBe(0);
    expect(await countOf('FROM lanes')).toBe(0);
  };

  it.each<[string, WebhookChange]>([
    ['activated', { status: 'active' }],
    ['given another URL', { url: 'https://other.example' }],
  ])(
    'messages of a webhook that is %s become due part by part, in any process, and are said to be due',
    async (...row) => {
      await change(row[1]);
      expect(await dueCustomers()).toEqual([1, 2]);
      const listed = await new DeliveryTable(database).list({ webhookId: id, before: null, limit: EVENTS.length });
      const [now] = await query<{ now: string }>(database, 'SELECT clock_timestamp() AS now');
      expect(listed.filter(({ due_at: dueAt }) => new Date(dueAt ?? '') <= new Date(now?.now ?? ''))).toHaveLength(
        EVENTS.length,
      );
      expect(await others.makeMoreDue()).toBe(true);
      expect(await dueCustomers()).toEqual([1, 2, 3, 4]);
      await finish(() => webhooks.makeMoreDue());
      expect(await dueCustomers()).toEqual(CUSTOMERS);
      await rest(database);
      expect(await others.makeMoreDue()).toBe(false);
      expect(await dueCustomers()).toEqual([]);
    },
  );

  it('a lane that a process works on is passed over', async () => {
    await query(database, 'UPDATE lanes SET due_at = clock_timestamp() WHERE customer_id = 4');
    expect(await new Lanes(database, LONG_MS).claim(id, CUSTOMERS.length)).toMatchObject([{ customerId: 4 }]);
    await change({ status: 'active' });
    await finish(() => webhooks.makeMoreDue());
    expect(await dueCustomers()).toEqual([1, 2, 3, 5]);
  });

  it('no more messages become due once the webhook is disabled, and all if it is activated again', async () => {
    await change({ status: 'active' });
    await change({ status: 'disabled' });
    expect(await webhooks.makeMoreDue()).toBe(false);
    expect(await dueCustomers()).toEqual([1, 2]);
    await rest(database);
    await change({ status: 'active' });
    await finish(() => webhooks.makeMoreDue());
    expect(await dueCustomers()).toEqual(CUSTOMERS);
  });

  it('a webhook whose row is locked keeps nobody waiting, and not those of others', async () => {
    await change({ status: 'active' });
    const { id: otherId } = await createWebhook(database);
    await query(database, 'UPDATE webhooks SET due_up_to = 0 WHERE id = $1', [otherId]);
    await inTransaction(database, async (sql) => {
      await run(sql, 'SELECT 1 FROM webhooks WHERE id = $1 FOR NO KEY UPDATE', [id]);
      await finish(() => others.makeMoreDue());
    });
    expect(await query(database, 'SELECT id::int, due_up_to::int FROM webhooks ORDER BY id')).toEqual([
      { id, due_up_to: 2 },
      { id: otherId, due_up_to: null },
    ]);
  });

  it('messages of a removed webhook are given up part by part, in any process', async () => {
    expect(await remove()).toMatchObject({ status: 3 });
    expect(await countOf('FROM deliveries WHERE status = 3')).toBe(ROWS_MAX);
    const listed = await new DeliveryTable(database).list({ webhookId: id, before: null, limit: EVENTS.length });
    expect(new Set(listed.map(({ due_at: dueAt }) => dueAt))).toEqual(new Set([null]));
    expect(await webhooks.active()).toEqual([]);
    expect(await others.giveUpMore()).toBe(true);
    expect(await countOf('FROM deliveries WHERE status = 3')).toBe(2 * ROWS_MAX);
    await finish(() => webhooks.giveUpMore());
    await expectGivenUp();
  });

  it('a webhook that is removed while its messages become due', async () => {
    await change({ status: 'active' });
    await remove();
    expect(await webhooks.makeMoreDue()).toBe(false);
    await finish(() => others.giveUpMore());
    await expectGivenUp();
  });

  it('several processes go on at once', async () => {
    await change({ status: 'active' });
    await Promise.all([webhooks, others].map((each) => finish(() => each.makeMoreDue())));
    expect(await dueCustomers()).toEqual(CUSTOMERS);
    await remove();
    await Promise.all([webhooks, others].map((each) => finish(() => each.giveUpMore())));
    await expectGivenUp();
  });

  it('messages, and lanes without any, that come after the webhook was removed', async () => {
    const [one] = await query<{ id: string }>(database, 'SELECT id FROM deliveries LIMIT 1');
    await remove();
    await finish(() => webhooks.giveUpMore());
    await new DeliveryTable(database).replay(sqlOf(database), id, { delivery_ids: [Number(one?.id)] });
    await finish(() => webhooks.giveUpMore());
    expect(await countOf('FROM deliveries WHERE status = 1')).toBe(0);
    await query(database, 'INSERT INTO lanes (webhook_id, customer_id, due_at) VALUES ($1, 1, now())', [id]);
    await webhooks.giveUpMore();
    expect(await countOf('FROM lanes')).toBe(0);
  });
});

it('the service completes them, also those that another process began', async () => {
  const [under, receiver] = [await startUnderTest(ROWS_MAX), await Receiver.start()];
  const database = await openBeside(under.databaseUrl);
  const { body: subscribed } = await send<{ id: number }>(under.app, 'POST', '/api/webhooks', { url: receiver.url });
  const path = `/api/webhooks/${subscribed.id}`;
  const change = (body: WebhookChange) => send(under.app, 'PATCH', path, body);
  const list = async (status: DeliveryBody['status']) =>
    (await send<{ results: DeliveryBody[] }>(under.app, 'GET', `${path}/deliveries?status=${status}`)).body.results;
  /** Messages that the receiver refuses. */
  const refuse = async (version: number) => {
    receiver.answer = () => 503;
    await under.publish(...CUSTOMERS.map((customerId) => eventOf('loans', version, { customerId })));
    await waitFor(
      async () => (await list('pending')).filter(({ attempts }) => attempts > 0).length === CUSTOMERS.length,
    );
  };

  await refuse(1);
  await change({ status: 'disabled' });
  await waitFor(async () => (await query(database, 'SELECT 1 FROM lanes WHERE held')).length === 0);
  await rest(database);
  receiver.answer = () => 204;
  expect((await change({ status: 'active' })).status).toBe(200);
  await waitFor(async () => (await list('delivered')).length === CUSTOMERS.length);

  await refuse(2);
  expect(await send(under.app, 'POST', `${path}/remove`)).toMatchObject({ status: 200, body: { status: 'removed' } });
  await waitFor(async () => (await list('failed')).length === CUSTOMERS.length);
  expect(new Set((await list('failed')).map(({ last_error: error }) => error))).toEqual(new Set([REMOVED]));

  const { id } = await createWebhook(database);
  await takeIn(
    database,
    CUSTOMERS.map((customerId) => eventOf('loans', 3, { customerId })),
  );
  await inTransaction(database, (sql) => new WebhookTable(database, ROWS_MAX).remove(sql, id));
  await waitFor(async () => (await query(database, 'SELECT 1 FROM deliveries WHERE status = 1')).length === 0);
  await database.close();
  await receiver.close();
  await under.stop();
});
