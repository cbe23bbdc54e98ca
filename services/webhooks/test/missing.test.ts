/** The whole service, whose events Kafka does not all bring. */
import { type Database, run, sqlOf } from '@mo/database';
import { send, waitFor } from '@mo/messaging/testing';
import { CAUSE_MS_MAX } from '../src/intake/order.ts';
import { UNDER_WAY_MS } from '../src/intake/sweeper.ts';
import { appendTo, eventOf, idOf, openBeside, Receiver, startUnderTest, type UnderTest } from './support.ts';

let under: UnderTest;
let receiver: Receiver;
let database: Database;
beforeAll(async () => {
  under = await startUnderTest();
  receiver = await Receiver.start();
  await send(under.app, 'POST', '/api/webhooks', { url: receiver.url });
  database = await openBeside(under.databaseUrl);
});
afterAll(async () => {
  await under?.stop();
  await receiver?.close();
  await database?.close();
});

const metrics = async (app = under.app) => (await app.server.inject('/metrics')).body;

it('an event that Kafka never delivers is pulled, and delivered before its effect', async () => {
  const cause = appendTo(under.owners, 'loans', { seen: {} });
  const effect = appendTo(under.owners, 'payments', { seen: { loans: 1 } });
  await under.publish(effect);
  await waitFor(() => receiver.received.length === 2);
  expect(receiver.ids).toEqual([cause, effect].map(idOf));
  expect(await metrics()).toContain('mo_webhook_waived_total{stream="loans",service="webhooks"} 0');
});

it('events that their owner lacks are counted, and the others are delivered', async () => {
  const effect = eventOf('payments', 1, { customerId: 7, seen: { loans: 3 } });
  await run(sqlOf(database), 'INSERT INTO customers (customer_id) VALUES (7)');
  const text = `INSERT INTO early_events VALUES (7, 'payments', 1, $1, clock_timestamp() - make_interval(secs => $2))`;
  await run(sqlOf(database), text, [JSON.stringify(effect), CAUSE_MS_MAX / 1_000]);
  await waitFor(() => receiver.ids.includes(idOf(effect)));
  await waitFor(async () => (await metrics()).includes('mo_webhook_waived_total{stream="loans",service="webhooks"} 3'));
  expect(await metrics()).toContain('mo_webhook_unfit_total{stream="loans",service="webhooks"} 0');
});

it('the last event of a customer that Kafka never delivers is delivered by the next sweeping process', async () => {
  // First, so that its own sweep doesn't come between.
  await under.app.steps.find(({ name }) => name === 'sweeper')?.stop();
  const lost = appendTo(under.owners, 'loans', { customerId: 8 });
  Object.assign(lost, { time: new Date(Date.now() - UNDER_WAY_MS).toISOString() });
  await run(sqlOf(database), "UPDATE beginning SET at = at - interval '1 hour'");
  const next = await under.startReplica();
  await waitFor(() => receiver.ids.includes(idOf(lost)));
  // The event can be delivered, by either process, before the sweeping one has counted it.
  await waitFor(async () =>
    (await metrics(next)).includes('mo_webhook_swept_total{stream="loans",service="webhooks"} 1'),
  );
  expect(await metrics()).toContain('mo_webhook_swept_total{stream="loans",service="webhooks"} 0');
});
