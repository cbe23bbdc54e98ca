/** How often a message is sent, and what a pause before its next attempt counts. */
import type { WebhookChange } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { waitFor } from '@mo/messaging/testing';
import { createLogger, systemClock } from '@mo/service-kit';
import { Dispatcher, type DispatcherOptions } from '../src/delivery/dispatcher.ts';
import { Lanes } from '../src/delivery/lanes.ts';
import { ATTEMPTS_MIN } from '../src/delivery/schedule.ts';
import type { Attempt } from '../src/delivery/sender.ts';
import { WebhookTable } from '../src/webhooks/webhook-table.ts';
import { createWebhook, eventOf, idOf, openEmpty, takeIn } from './support.ts';

const MESSAGES = 3;
const EVENTS = Array.from({ length: MESSAGES }, (_, place) => eventOf('loans', place + 1));
const IDS = EVENTS.map(idOf);
const answering = (answer: number): Attempt => ({
  isTaken: false,
  answer,
  error: `it answered ${answer}`,
  retryAfterMs: null,
  isGone: answer === 410,
});

let database: Database;
let webhooks: WebhookTable;
let id: number;
let dispatcher: Dispatcher;
/** The messages of all attempts. */
let sent: string[];
beforeEach(async () => {
  database = await openEmpty();
  webhooks = new WebhookTable(database);
  ({ id } = await createWebhook(database));
  await takeIn(database, EVENTS);
  sent = [];
});
afterEach(async () => {
  await dispatcher?.stop();
  await database.close();
});

/** Starts to send; each attempt ends as `attempt` says. */
function start(attempt: () => Attempt | Promise<Attempt>, pauseMs: DispatcherOptions['pauseMs']): void {
  dispatcher = new Dispatcher({
    lanes: new Lanes(database),
    sender: {
      send: async (_receiver, message) => {
        sent.push(message.id);
        return attempt();
      },
    },
    active: () => webhooks.active(),
    receiverOf: (webhookId) => webhooks.receiverOf(webhookId),
    pauseMs,
    onGone: (webhookId, receiver) => webhooks.disable(webhookId, receiver, 'its receiver answered 410'),
    onBusy: async () => {},
    onGivenUp: () => {},
    onAttempt: () => {},
    tracer: null,
    clock: systemClock,
    logger: createLogger('test', 'silent'),
  });
  dispatcher.start();
}
const query = <Row>(text: string) => run<Row>(sqlOf(database), text);
const change = (to: WebhookChange) => inTransaction(database, (sql) => webhooks.change(sql, id, to));

it('messages that waited for more than three days behind another one get several attempts before they are given up', async () => {
  await query(`UPDATE deliveries SET created_at = created_at - interval '100 hours'`);
  start(
    () => answering(429),
    () => 0,
  );
  await waitFor(async () => (await query('SELECT 1 FROM lanes')).length === 0);
  expect(sent).toEqual(IDS.flatMap((of) => Array.from({ length: ATTEMPTS_MIN }, () => of)));
  expect(await query('SELECT status, attempts FROM deliveries')).toEqual(
    IDS.map(() => ({ status: 3, attempts: ATTEMPTS_MIN })),
  );
});

it('a 410 of an attempt from before an activation does not disable the webhook; that of the next attempt does', async () => {
  const attempt = async () => {
    if (sent.length === 1) for (const status of ['disabled', 'active'] as const) await change({ status });
    return answering(410);
  };
  start(attempt, () => 0);
  await waitFor(async () => (await webhooks.find(id))?.disabled_reason);
  await dispatcher.stop();
  expect(sent).toEqual([IDS[0], IDS[0]]);
});
