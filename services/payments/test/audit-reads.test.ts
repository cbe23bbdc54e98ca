/** How much an audit reads: the rows of its customers, even with plans that were made while the tables were empty. */
import { buildIndexes, type Database, inTransaction, run, type Sql, sqlOf } from '@mo/database';
import { Auditor, type AuditorOptions, type Peers, readSnapshot } from '@mo/messaging';
import { migratedDatabase, registered, waitFor } from '@mo/messaging/testing';
import { createLogger, createRegistry, STARTING_MS, systemClock } from '@mo/service-kit';
import { paymentsAudited } from '../src/db/image.ts';
import { indexes, migrations } from '../src/db/migrations/index.ts';
import type { PaymentAccount } from '../src/domain/account.ts';

const CUSTOMERS = 20_000;
const AUDITED = [1, 2, 3, 4, 5];
const TABLES = ['accounts', 'open_loans', 'payments', 'payment_details'];

/** Gives each customer one loan and one payment of it. */
const FILL = [
  'INSERT INTO accounts (customer_id) SELECT n FROM n',
  `INSERT INTO open_loans (loan_id, customer_id, external_id, taken_at, amount, outstanding)
    SELECT n, n, 'loan-' || n, now(), 2, 1 FROM n`,
  `INSERT INTO payments (id, customer_id, external_id, total_amount, status, paid_at, created_at, updated_at)
    SELECT n, n, 'payment-' || n, 1, 1, now(), now(), now() FROM n`,
  `INSERT INTO payment_details (payment_id, loan_id, amount, created_at, updated_at)
    SELECT n, n, 1, now(), now() FROM n`,
].map((text) => `WITH n AS (SELECT generate_series(1, ${CUSTOMERS}) AS n) ${text}`);

/** The rows that this transaction has read, by table. */
async function rowsRead(sql: Sql): Promise<Record<string, number>> {
  const text = `SELECT relname AS name, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS rows
    FROM pg_stat_xact_user_tables WHERE relname = ANY($1::text[])`;
  const rows = await run<{ name: string; rows: string }>(sql, text, [TABLES]);
  return Object.fromEntries(rows.map(({ name, rows: count }) => [name, Number(count)]));
}

type Options = AuditorOptions<PaymentAccount>;

const auditorOf = (options: Pick<Options, 'database' | 'peers' | 'logger'> & Partial<Options>) =>
  new Auditor({
    audited: paymentsAudited,
    isLeader: () => true,
    intervalMs: 10,
    clock: systemClock,
    registry: createRegistry('test'),
    ...options,
  });

describe('an audit', () => {
  let database: Database;
  beforeAll(async () => {
    database = await migratedDatabase('payments', migrations);
    await buildIndexes(database, indexes);
    await run(sqlOf(database), `VACUUM ANALYZE ${TABLES.join(', ')}`);
  });
  afterAll(() => database.close());

  it('reads the rows of its customers alone, though its statements were prepared on empty tables', async () => {
    const { customers, read } = await inTransaction(database, async (sql) => {
      await readSnapshot(sql, paymentsAudited, AUDITED);
      for (const text of FILL) await run(sql, text);
      const before = await rowsRead(sql);
      const snapshot = await readSnapshot(sql, paymentsAudited, AUDITED);
      const after = await rowsRead(sql);
      return {
        customers: snapshot.customers,
        read: TABLES.map((name) => (after[name] ?? 0) - (before[name] ?? 0)),
      };
    });
    for (const id of AUDITED)
      expect(customers.get(id)?.tables.payment_details).toMatchObject([{ payment_id: String(id), amount: '1.00' }]);
    expect(read.filter((rows) => rows > 2 * AUDITED.length)).toEqual([]);
  });
});

describe('an audit of a customer whose events do not fit into memory', () => {
  const EVENTS_MAX = 10;
  const [SMALL, LARGE, LAST] = [1, 2, 3];
  let database: Database;
  beforeAll(async () => {
    database = await migratedDatabase('payments', migrations);
    await run(sqlOf(database), `INSERT INTO accounts (customer_id) VALUES (${SMALL}), (${LARGE}), (${LAST})`);
  });
  afterAll(() => database.close());

  it('reads no more than a page of it, reports it, and continues with the next customer', async () => {
    const pages: string[] = [];
    const pull: Peers['pull'] = async (stream, { customerId = 0 }, after) => {
      if (stream !== 'customers') return { customerId, head: 0, events: [] };
      pages.push(`${customerId} after ${after}`);
      const head = customerId === LARGE ? EVENTS_MAX + 1 : 1;
      return { customerId, head, events: after === 0 ? [registered(customerId)] : [] };
    };
    const registry = createRegistry('test');
    const value = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values[0]?.value ?? 0;
    const logger = createLogger('test', 'silent');
    const warned: unknown[] = [];
    logger.warn = (details: unknown) => void warned.push(details);
    const auditor = auditorOf({ database, peers: { pull }, eventsMax: EVENTS_MAX, logger, registry });
    auditor.start();
    await waitFor(async () => (await value('mo_reconcile_passes_total')) > 0);
    await auditor.stop();
    expect(await value('mo_reconcile_skipped_total')).toBeGreaterThan(0);
    expect([await value('mo_reconcile_differences'), warned[0]]).toEqual([0, { customerId: LARGE }]);
    // Of each customer, the page that shows how many events it has; then the rest of those that fit.
    const pulled = [`${SMALL} after 0`, `${LARGE} after 0`, `${LAST} after 0`, `${SMALL} after 1`, `${LAST} after 1`];
    expect(pages.slice(0, 5)).toEqual(pulled);
  });
});

describe('an audit that cannot ask an owner', () => {
  let database: Database;
  beforeAll(async () => {
    database = await migratedDatabase('payments', migrations);
    await run(sqlOf(database), 'INSERT INTO accounts (customer_id) VALUES (1)');
  });
  afterAll(() => database.close());

  it('is one warning once owners must have started, though it rests after each failure', async () => {
    const logger = createLogger('test', 'silent');
    const lines: string[] = [];
    for (const level of ['info', 'warn'] as const)
      logger[level] = (_details: unknown, text?: string) => void lines.push(`${level} ${text}`);
    let elapsedMs = 0;
    let rounds = 0;
    let pulls = 0;
    const pull: Peers['pull'] = async (stream) => {
      if (stream === 'loans') pulls += 1;
      throw new Error('loans could not be reached');
    };
    const clock = { ...systemClock, elapsed: () => elapsedMs };
    const isLeader = () => {
      rounds += 1;
      return true;
    };
    const auditor = auditorOf({ database, peers: { pull }, isLeader, clock, logger });
    auditor.start();
    await waitFor(() => lines.length > 0);
    elapsedMs = STARTING_MS;
    const before = pulls;
    await waitFor(() => pulls > before + 10);
    await auditor.stop();
    expect(lines).toEqual(['info the audit failed and will be retried', 'warn the audit failed and will be retried']);
    // It leaves out at least four rounds after each that failed.
    expect(pulls).toBeLessThanOrEqual(Math.ceil(rounds / 5));
  });
});
