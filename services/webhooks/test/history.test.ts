/** Old events: they are replayed in parts, and deleted after 30 days. */
import { type Database, run, sqlOf } from '@mo/database';
import { DeliveryTable, REPLAY_EVENTS_MAX } from '../src/webhooks/delivery-table.ts';
import { createWebhook, openEmpty } from './support.ts';

const FROM = new Date('2026-11-01T00:00:00Z');
const TIED = 5;
const LEFT = 3;

let database: Database;
let deliveries: DeliveryTable;
let webhookId: number;
beforeAll(async () => {
  database = await openEmpty();
  deliveries = new DeliveryTable(database);
  ({ id: webhookId } = await createWebhook(database));
});
afterAll(() => database?.close());

const sql = (text: string, parameters: unknown[] = []) => run<{ count: string }>(sqlOf(database), text, parameters);
const count = async (table: string) => Number((await sql(`SELECT count(*) FROM ${table}`))[0]?.count);

/** Events of one customer, each a second after the one before, as taken in from a time on. */
const addEvents = (customerId: number, events: number, from: Date, stepMs: number) =>
  sql(
    `INSERT INTO events (customer_id, stream, version, type, time, data, taken_at)
     SELECT $1, 'loans', n, 'LoanPaid', $3, '{}', $3::timestamptz + $4::int * interval '1 ms' * (n - 1)
     FROM generate_series(1, $2::int) AS n`,
    [customerId, events, from.toISOString(), stepMs],
  );

it('a time span with many events is replayed in parts, each event once', async () => {
  await addEvents(1, REPLAY_EVENTS_MAX - 1, FROM, 1);
  const last = new Date(FROM.getTime() + REPLAY_EVENTS_MAX);
  await addEvents(2, TIED, last, 0);
  await addEvents(3, LEFT, new Date(last.getTime() + 1), 1);
  const first = await deliveries.replay(sqlOf(database), webhookId, { from: FROM });
  expect(first).toEqual({ deliveries: REPLAY_EVENTS_MAX - 1 + TIED, nextFromMs: last.getTime() + 1, missingIds: [] });
  const second = await deliveries.replay(sqlOf(database), webhookId, { from: new Date(first.nextFromMs ?? 0) });
  expect(second).toEqual({ deliveries: LEFT, nextFromMs: null, missingIds: [] });
  expect(await count('(SELECT DISTINCT customer_id, stream, version FROM deliveries) delivered')).toBe(
    REPLAY_EVENTS_MAX - 1 + TIED + LEFT,
  );
  expect(await count('deliveries')).toBe(REPLAY_EVENTS_MAX - 1 + TIED + LEFT);
  expect(await count('lanes')).toBe(3);
});

it('rows older than 30 days are deleted, except pending deliveries', async () => {
  await sql("UPDATE deliveries SET created_at = now() - interval '31 days'");
  await sql("UPDATE events SET taken_at = now() - interval '31 days'");
  await sql('UPDATE deliveries SET status = 2 WHERE customer_id <> 3');
  await addEvents(4, 1, new Date(), 0);
  while (await deliveries.forget());
  const left = await run(sqlOf(database), 'SELECT DISTINCT customer_id FROM events ORDER BY 1');
  expect(left).toEqual([{ customer_id: '3' }, { customer_id: '4' }]);
  expect(await count('deliveries')).toBe(LEFT);
});
