/** Old events: they are replayed in parts, and deleted after 30 days. */
import { type Database, inTransaction, run, type Sql, sqlOf } from '@mo/database';
import { explaining, type Plan } from '@mo/database/testing';
import { waitFor } from '@mo/messaging/testing';
import { DeliveryTable, REPLAY_EVENTS_MAX, REPLAY_READ_MAX } from '../src/webhooks/delivery-table.ts';
import { createWebhook, LONG_MS, openEmpty } from './support.ts';

const FROM = new Date('2026-11-01T00:00:00Z');
const DAY_MS = 24 * 3_600_000;
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
const addEvents = (customerId: number, events: number, from: Date, stepMs: number, type = 'LoanPaid') =>
  sql(
    `INSERT INTO events (customer_id, stream, version, type, time, data, taken_at)
     SELECT $1, 'loans', n, $5, $3, '{}', $3::timestamptz + $4::int * interval '1 ms' * (n - 1)
     FROM generate_series(1, $2::int) AS n`,
    [customerId, events, from.toISOString(), stepMs, type],
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

it('a time span with many events of other types is replayed in parts too, even if all arrived at once', async () => {
  const from = new Date(FROM.getTime() - DAY_MS);
  await addEvents(6, REPLAY_READ_MAX + 1, from, 0, 'LoanTaken');
  await addEvents(7, 2, from, 1_000);
  const parts = [];
  for (let next: number | null = from.getTime() - 1; next !== null; ) {
    const part = await deliveries.replay(sqlOf(database), webhookId, { from: new Date(next), to: FROM });
    parts.push([part.deliveries, part.nextFromMs]);
    next = part.nextFromMs;
  }
  expect(parts).toEqual([
    [0, from.getTime()],
    [1, from.getTime() + 1],
    [1, null],
  ]);
  for (const table of ['deliveries', 'events', 'lanes']) await sql(`DELETE FROM ${table} WHERE customer_id IN (6, 7)`);
});

it('a replay reads only its period', async () => {
  const plans: Plan[] = [];
  await deliveries.replay(explaining(sqlOf(database), plans), webhookId, { from: FROM, to: FROM });
  const bounds = JSON.stringify(plans).match(/"Index Cond":"[^"]*taken_at[^"]*"/g) ?? [];
  expect(bounds.map((bound) => bound.includes('<'))).toEqual([true, true]);
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

describe('a replay while old rows are deleted', () => {
  const OLD = new Date(Date.now() - 40 * DAY_MS);
  const SPAN = { from: OLD, to: new Date(OLD.getTime() + 1_000) };
  let deliveryId = 0;
  beforeEach(async () => {
    for (const table of ['deliveries', 'events']) await sql(`DELETE FROM ${table}`);
    await addEvents(5, 2, OLD, 1);
    const rows = await run<{ id: string }>(
      sqlOf(database),
      `INSERT INTO deliveries (webhook_id, customer_id, stream, version, status, created_at)
       VALUES ($1, 5, 'loans', 1, 2, $2) RETURNING id`,
      [webhookId, OLD.toISOString()],
    );
    deliveryId = Number(rows[0]?.id);
  });

  const isWaiting = async () =>
    (await sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))
      .length > 0;

  /** Replays while the oldest event and its delivery are being deleted. */
  async function replayBehindDeletion(what: Parameters<DeliveryTable['replay']>[2]) {
    const replay = (other: Sql) => deliveries.replay(other, webhookId, what);
    let replayed: ReturnType<typeof replay> | undefined;
    await inTransaction(database, async (own) => {
      await run(own, 'DELETE FROM deliveries WHERE id = $1', [deliveryId]);
      await run(own, 'DELETE FROM events WHERE version = 1');
      replayed = inTransaction(database, replay, { lockWaitMsMax: LONG_MS });
      await waitFor(isWaiting);
    });
    return replayed;
  }

  it('by time leaves out what is deleted', async () => {
    expect(await replayBehindDeletion(SPAN)).toEqual({ deliveries: 1, nextFromMs: null, missingIds: [] });
  });

  it('by id misses what is deleted', async () => {
    const replayed = await replayBehindDeletion({ delivery_ids: [deliveryId] });
    expect(replayed).toEqual({ deliveries: 0, nextFromMs: null, missingIds: [deliveryId] });
  });

  it.each([
    ['by time', () => SPAN, 2],
    ['by id', () => ({ delivery_ids: [deliveryId] }), 1],
  ])('%s keeps what it sends again, and the deletion waits for nobody', async (_how, what, sent) => {
    await inTransaction(database, async (own) => {
      expect(await deliveries.replay(own, webhookId, what())).toMatchObject({ deliveries: sent });
      await deliveries.forget();
    });
    expect(await count('events')).toBe(sent);
    expect(await count('deliveries WHERE status = 1')).toBe(sent);
  });
});
