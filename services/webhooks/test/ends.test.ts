/** What ends a webhook or a message is shown to operators: in the log without the receiver's address, and in metrics. */
import { type Database, run, sqlOf } from '@mo/database';
import { send, waitFor } from '@mo/messaging/testing';
import { createLogger } from '@mo/service-kit';
import { Dispatcher } from '../src/delivery/dispatcher.ts';
import { Lanes } from '../src/delivery/lanes.ts';
import { pauseMs } from '../src/delivery/schedule.ts';
import { WebhookTable } from '../src/webhooks/webhook-table.ts';
import { QUIET } from './quiet.ts';
import { ADA, createWebhook, eventOf, openBeside, openEmpty, Receiver, startUnderTest, takeIn } from './support.ts';

const GONE = 410;
/** Pending for longer, and attempted more often, than messages are before they are given up. */
const makeOld = (database: Database, customerId: number) =>
  run(
    sqlOf(database),
    `UPDATE deliveries SET created_at = created_at - interval '80 hours', attempts = 99 WHERE customer_id = $1`,
    [customerId],
  );

it('each is a warning that names the webhook, the event and the reason', async () => {
  const database = await openEmpty();
  const webhooks = new WebhookTable(database);
  const { id } = await createWebhook(database, ['LoanPaid'], 'https://shop.example/secret-path');
  await takeIn(
    database,
    [ADA, ADA + 1].map((customerId) => eventOf('loans', 1, { customerId })),
  );
  const lines: Record<string, unknown>[] = [];
  let givenUp = 0;
  let answer = 503;
  const dispatcher = new Dispatcher({
    ...QUIET,
    lanes: new Lanes(database),
    sender: {
      send: async () => ({
        isTaken: false,
        answer,
        error: `it answered ${answer}`,
        retryAfterMs: null,
        isGone: answer === GONE,
      }),
    },
    active: () => webhooks.active(),
    receiverOf: (webhookId) => webhooks.receiverOf(webhookId),
    pauseMs,
    onGone: (webhookId, receiver) => webhooks.disable(webhookId, receiver, 'its receiver answered 410'),
    onGivenUp: () => {
      givenUp += 1;
    },
    logger: createLogger('test', 'info', { write: (line) => lines.push(JSON.parse(line)) }),
  });
  await makeOld(database, ADA);
  dispatcher.start();
  await waitFor(() => lines.length > 0);
  answer = GONE;
  await run(sqlOf(database), 'UPDATE lanes SET due_at = clock_timestamp() WHERE customer_id = $1', [ADA + 1]);
  await waitFor(() => lines.length > 1);
  await dispatcher.stop();
  expect(lines).toMatchObject([
    { level: 'warn', webhook: id, event: `loans-${ADA}-1`, reason: 'it answered 503', msg: 'a message is given up' },
    {
      level: 'warn',
      webhook: id,
      event: `loans-${ADA + 1}-1`,
      reason: 'it answered 410',
      msg: 'a webhook is disabled',
    },
  ]);
  expect(JSON.stringify(lines)).not.toContain('shop.example');
  expect(givenUp).toBe(1);
  await database.close();
});

it('each is counted', async () => {
  const [under, receiver] = [await startUnderTest(), await Receiver.start()];
  const database = await openBeside(under.databaseUrl);
  receiver.answer = () => 503;
  await send(under.app, 'POST', '/api/webhooks', { url: receiver.url });
  const counts = async () => {
    const { body } = await under.app.server.inject('/metrics');
    return ['messages_given_up', 'disabled'].map((name) =>
      Number(new RegExp(`^mo_webhook_${name}_total\\{service="webhooks"\\} (\\d+)`, 'm').exec(body)?.[1]),
    );
  };
  expect(await counts()).toEqual([0, 0]);
  await under.publish(eventOf('loans', 1));
  await waitFor(() => receiver.received.length > 0);
  await makeOld(database, ADA);
  await waitFor(async () => (await counts())[0] === 1);
  receiver.answer = () => GONE;
  await under.publish(eventOf('loans', 2));
  await waitFor(async () => (await counts())[1] === 1);
  expect(await counts()).toEqual([1, 1]);
  await database.close();
  await receiver.close();
  await under.stop();
});
