/** A receiver that does not answer delays no other webhook. */
import { type Database, run, sqlOf } from '@mo/database';
import { waitFor } from '@mo/messaging/testing';
import { Dispatcher } from '../src/delivery/dispatcher.ts';
import { Lanes } from '../src/delivery/lanes.ts';
import { WebhookTable } from '../src/webhooks/webhook-table.ts';
import { QUIET } from './quiet.ts';
import { createWebhook, eventOf, idOf, openEmpty, takeIn } from './support.ts';

/** More than one process handles at once for a webhook. */
const CUSTOMERS = 40;
const SILENT = 'http://127.0.0.1/silent';
const OTHER = 'http://127.0.0.1/other';
const TAKEN = { isTaken: true, answer: 204 } as const;

let database: Database;
beforeAll(async () => {
  database = await openEmpty();
});
afterAll(() => database?.close());

it('a webhook gets all its messages while another one answers none', async () => {
  const webhooks = new WebhookTable(database);
  for (const url of [SILENT, OTHER]) await createWebhook(database, ['LoanPaid'], url);
  const events = Array.from({ length: CUSTOMERS }, (_, place) => eventOf('loans', 1, { customerId: place + 1 }));
  await takeIn(database, events);
  const sent = new Map<string, string[]>([SILENT, OTHER].map((url) => [url, []]));
  const answered = Promise.withResolvers<void>();
  const dispatcher = new Dispatcher({
    ...QUIET,
    lanes: new Lanes(database),
    sender: {
      send: async ({ url }, { id }) => {
        sent.get(url)?.push(id);
        if (url === SILENT) await answered.promise;
        return TAKEN;
      },
    },
    active: () => webhooks.active(),
    receiverOf: (id) => webhooks.receiverOf(id),
    pauseMs: () => 0,
  });
  dispatcher.start();
  try {
    await waitFor(() => sent.get(OTHER)?.length === CUSTOMERS);
    expect(sent.get(OTHER)?.toSorted()).toEqual(events.map(idOf).toSorted());
    expect(sent.get(SILENT)?.length).toBeLessThan(CUSTOMERS);
  } finally {
    answered.resolve();
    await waitFor(async () => (await run(sqlOf(database), 'SELECT 1 FROM lanes')).length === 0);
    await dispatcher.stop();
  }
  expect(sent.get(SILENT)?.toSorted()).toEqual(events.map(idOf).toSorted());
});
