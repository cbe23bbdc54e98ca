/** How often a message is sent, and what a pause before its next attempt counts. */
import { type Database, run, sqlOf } from '@mo/database';
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
let dispatcher: Dispatcher;
/** The messages of all attempts. */
let sent: string[];
beforeEach(async () => {
  database = await openEmpty();
  webhooks = new WebhookTable(database);
  await createWebhook(database);
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
    onGone: (webhookId, url) => webhooks.disable(webhookId, url, 'its receiver answered 410'),
    onAttempt: () => {},
    tracer: null,
    clock: systemClock,
    logger: createLogger('test', 'silent'),
  });
  dispatcher.start();
}
const query = <Row>(text: string) => run<Row>(sqlOf(database), text);

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
