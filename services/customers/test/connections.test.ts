import { inTransaction, run } from '@mo/database';
import { send, waitFor } from '@mo/messaging/testing';
import { TRANSACTIONS_MAX } from '../src/bulk/limits.ts';
import { csvOf, namesOf, prefix, upload } from './bulk-harness.ts';
import { type CustomersUnderTest, inDatabase, registered, startCustomers, statement } from './harness.ts';

const READS = 20;
const UPLOADS = 4;
/** For two batches, a unit that waits for a lock, and reads outside of transactions. */
const FOR_THE_WRITE_PATH = 4;
const CONNECTIONS = 10;
const WAITING = `SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'customers' AND wait_event_type = 'Lock'`;

describe('slow reads and uploads', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());

  const waiting = async () => (await statement(customers, WAITING)).length;

  it('leave connections for the write path', async () => {
    const { id } = await registered(customers.app);
    const slow: Promise<unknown>[] = [];
    await inDatabase(customers, (_, database) =>
      inTransaction(database, async (sql) => {
        await run(sql, 'LOCK TABLE uploads, balances IN ACCESS EXCLUSIVE MODE');
        for (const name of namesOf(prefix(), UPLOADS))
          slow.push(upload(customers.app, csvOf([name]), { headers: { 'idempotency-key': name } }));
        await waitFor(async () => (await waiting()) >= TRANSACTIONS_MAX);
        for (let n = 0; n < READS; n += 1) {
          slow.push(send(customers.app, 'GET', '/api/customers/balance'));
          slow.push(send(customers.app, 'GET', `/api/customers/${id}/balance`));
        }
        await waitFor(async () => (await waiting()) >= CONNECTIONS - FOR_THE_WRITE_PATH);
        // By then, slow calls use as many connections as they may. On a busy machine some give up.
        for (let n = 0; n < 5; n += 1) expect(await waiting()).toBeLessThanOrEqual(CONNECTIONS - FOR_THE_WRITE_PATH);
      }),
    );
    await Promise.all(slow);
  });
});
