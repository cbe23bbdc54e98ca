/** Metrics of pending messages. */
import { type Database, run, sqlOf } from '@mo/database';
import { createRegistry, type Registry, systemClock } from '@mo/service-kit';
import { waitingGauges } from '../src/metrics.ts';
import { WebhookTable } from '../src/webhooks/webhook-table.ts';
import { createWebhook, eventOf, openEmpty, takeIn } from './support.ts';

const OVERDUE_S = 100;
/** Of a webhook that is disabled. */
const LONGER_OVERDUE_S = 1_000_000;

let database: Database;
let registry: Registry;
beforeAll(async () => {
  database = await openEmpty();
  registry = createRegistry('webhooks');
  waitingGauges(registry, database, systemClock);
});
afterAll(() => database?.close());

const metric = async (name: string) => {
  const line = (await registry.getSingleMetricAsString(name)).split('\n').find((each) => each.startsWith(name));
  return line === undefined ? null : Number(line.split(' ')[1]);
};

it('counts pending messages and their delay, and has no value while the database is unreachable', async () => {
  expect([await metric('mo_webhook_pending'), await metric('mo_webhook_overdue_seconds')]).toEqual([0, 0]);
  const { id: active } = await createWebhook(database);
  const { id: disabled } = await createWebhook(database);
  await takeIn(
    database,
    [1, 2].map((customerId) => eventOf('loans', 1, { customerId })),
  );
  const late = `UPDATE lanes SET due_at = clock_timestamp() - make_interval(secs => $3)
    WHERE webhook_id = $1 AND customer_id = $2`;
  await run(sqlOf(database), late, [active, 2, OVERDUE_S]);
  await run(sqlOf(database), late, [disabled, 1, LONGER_OVERDUE_S]);
  await new WebhookTable(database).change(sqlOf(database), disabled, { status: 'disabled' });
  expect(await metric('mo_webhook_pending')).toBe(4);
  const overdue = await metric('mo_webhook_overdue_seconds');
  expect(overdue).toBeGreaterThanOrEqual(OVERDUE_S);
  expect(overdue).toBeLessThan(LONGER_OVERDUE_S);
  await run(sqlOf(database), 'DROP TABLE lanes, deliveries');
  expect([await metric('mo_webhook_pending'), await metric('mo_webhook_overdue_seconds')]).toEqual([null, null]);
});
