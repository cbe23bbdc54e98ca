import { type Database, run, sqlOf } from '@mo/database';
import { openTestDatabase } from '@mo/database/testing';
import { waitFor } from '@mo/messaging/testing';
import { lend, newPayment, type PaymentsUnderTest, postPayment, register, startPayments } from './harness.ts';

/** The calls of several audits. */
const CUT_CALLS_MIN = 5;

describe('the audit of a running service', () => {
  let payments: PaymentsUnderTest;
  let database: Database;
  beforeAll(async () => {
    payments = await startPayments({ AUDIT_INTERVAL_MS: 20 });
    database = await openTestDatabase(payments.databaseUrl);
  });
  afterAll(async () => {
    await database.close();
    await payments.stop();
  });

  async function metric(name: string): Promise<number> {
    const { body } = await payments.app.server.inject({ method: 'GET', url: '/metrics' });
    return Number(new RegExp(`^${name}(?:\\{.*\\})? (.+)$`, 'm').exec(body)?.[1]);
  }
  /** Waits until all customers have been audited twice from now on, so that at least one pass began after now. */
  async function passed(): Promise<void> {
    const before = await metric('mo_reconcile_passes_total');
    await waitFor(async () => (await metric('mo_reconcile_passes_total')) >= before + 2);
  }
  const change = (text: string) => run(sqlOf(database), text);

  it('finds no difference in correct rows, and each difference while it exists', async () => {
    const id = register(payments.customers);
    lend(payments.loans, id, '100.00');
    await postPayment(payments.app, newPayment(id, '40'));
    await passed();
    expect(await metric('mo_reconcile_differences')).toBe(0);
    expect(await metric('mo_reconciled_customers_total')).toBeGreaterThan(0);

    await change('UPDATE payment_details SET amount = amount + 0.01');
    await waitFor(async () => (await metric('mo_reconcile_differences')) === 1);
    await change('UPDATE payment_details SET amount = amount - 0.01');
    await passed();
    expect(await metric('mo_reconcile_differences')).toBe(0);
  });

  it("reports no difference for a service that it can't reach", async () => {
    const before = payments.loans.cut;
    payments.loans.reachable = false;
    await waitFor(() => payments.loans.cut >= before + CUT_CALLS_MIN);
    expect(await metric('mo_reconcile_differences')).toBe(0);
    payments.loans.reachable = true;
    await passed();
    expect(await metric('mo_reconcile_differences')).toBe(0);
  });
});
