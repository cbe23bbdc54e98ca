/** A list of deliveries is read from an index, also if nearly all of them have one status. */
import { DELIVERY_STATUSES } from '@mo/contracts';
import { buildIndexes, codeOf, type Database, readPage, run, sqlOf } from '@mo/database';
import { explaining, indexesOf, nodeTypes, type Plan } from '@mo/database/testing';
import { indexes } from '../src/db/migrations/index.ts';
import { type DeliveriesWanted, type DeliveryRow, deliveriesPage } from '../src/webhooks/delivery-table.ts';
import { createWebhook, openEmpty } from './support.ts';

const DELIVERIES = 20_000;
const LIMIT = 50;

let database: Database;
let webhookId: number;
beforeAll(async () => {
  database = await openEmpty();
  await buildIndexes(database, indexes);
  ({ id: webhookId } = await createWebhook(database));
  await run(
    sqlOf(database),
    `INSERT INTO events (customer_id, stream, version, type, time, data)
      SELECT n, 'loans', 1, 'LoanPaid', now(), '{}' FROM generate_series(1, ${DELIVERIES}) AS n`,
  );
});
afterAll(() => database?.close());

const STATUSES = [...DELIVERY_STATUSES];
const CASES = STATUSES.flatMap((all) => STATUSES.map((status) => [status, all] as const));

it.each(CASES)('%s ones are found at once among those that are %s', async (status, all) => {
  const sql = sqlOf(database);
  await run(sql, 'TRUNCATE deliveries');
  await run(
    sql,
    `INSERT INTO deliveries (webhook_id, customer_id, stream, version, status)
      SELECT $1, n, 'loans', 1, $2 FROM generate_series(1, ${DELIVERIES}) AS n`,
    [webhookId, codeOf(DELIVERY_STATUSES, all)],
  );
  await run(sql, 'ANALYZE deliveries, events');
  const plans: Plan[] = [];
  const wanted: DeliveriesWanted = { webhookId, status, before: null, limit: LIMIT };
  const rows = await readPage<DeliveryRow>(explaining(sql, plans), deliveriesPage(wanted));
  expect(rows).toHaveLength(status === all ? LIMIT + 1 : 0);
  expect(plans.flatMap(nodeTypes)).not.toContain('Seq Scan');
  // All match, or the index has only those of the status.
  const withAll = ['deliveries_pkey', 'deliveries_of_webhook'];
  if (status !== all) for (const index of withAll) expect(plans.flatMap(indexesOf)).not.toContain(index);
});
