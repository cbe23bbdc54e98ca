import type { SeenVersions, StreamEvent } from '@mo/contracts';
import { inTurns, madeRows, replayHistory } from '@mo/messaging';
import { loansAudited } from '../src/db/image.ts';

const NAMES = { customer_id: 1, customer_external_id: 'ada' };
const LOAN = { ...NAMES, loan_id: 7, external_id: 'loan-7', amount: '100.00' };

function event(stream: string, version: number, type: string, data: object, seen: SeenVersions = {}): StreamEvent {
  const time = `2026-01-01T00:00:00.00${version}Z`;
  return { stream, customer_id: 1, version, type, data, seen, time, traceparent: null } as unknown as StreamEvent;
}

const registered = (score: string) =>
  event('customers', 1, 'CustomerRegistered', { ...NAMES, status: 'active', score, preapproved_at: null });
const terms = { contract_version: null, maximum_payment_date: '2030-01-01T00:00:00.000Z' };
const taken = event(
  'loans',
  1,
  'LoanTaken',
  { ...LOAN, ...terms, taken_at: '2026-01-01T00:00:00.001Z', requested: false },
  { customers: 1 },
);
const payment = (version: number, amount: string) =>
  event(
    'payments',
    version,
    'PaymentApplied',
    { ...NAMES, payment_id: version, total_amount: amount, details: [{ loan_id: 7, amount }] },
    { customers: 1, loans: 1 },
  );
const paid = event('loans', 2, 'LoanPaid', LOAN, { customers: 1, payments: 2 });

const take = (own: StreamEvent[], payments: StreamEvent[], score = '100.00', isOpen = false) =>
  inTurns(
    replayHistory(
      loansAudited,
      1,
      { own, followed: { customers: [registered(score)], payments } },
      { customers: 1, payments: payments.length },
      isOpen,
    ),
  );

describe('a history of loans', () => {
  it('implies the rows, whatever the order in which streams are read', async () => {
    const { account, image, faults } = await take([taken, paid], [payment(1, '40.00'), payment(2, '60.00')]);
    expect(faults).toEqual([]);
    expect(madeRows(image.rows(account))).toMatchObject({
      accounts: [{ debt: '0.00', version: '2', customers_applied: '1', payments_applied: '2' }],
      loans: [{ id: '7', status: '4', outstanding: '0.00', updated_at: paid.time }],
    });
  });

  it('lacks an event that a payment must have caused', async () => {
    const { faults } = await take([taken], [payment(1, '100.00')]);
    expect(faults).toEqual([expect.stringMatching(/^LoanPaid .* is missing in the journal$/)]);
  });

  it('stops before such a payment if the applied versions are unknown', async () => {
    const { account, faults } = await take([taken], [payment(1, '40.00'), payment(2, '60.00')], '100.00', true);
    expect(faults).toEqual([]);
    expect(account).toMatchObject({ debt: 6_000n, applied: { customers: 1, payments: 1 } });
  });

  it('has a fault if a grant exceeds the credit line', async () => {
    expect((await take([taken], [], '99.99')).faults).toEqual([
      'loans 1 (LoanTaken): the debt of 100.00 exceeds 99.99',
    ]);
  });

  it('has a fault if an event differs from the decision behind it', async () => {
    const other = { ...paid, data: { ...paid.data, amount: '100.01' } } as StreamEvent;
    const { faults } = await take([taken, other], [payment(1, '40.00'), payment(2, '60.00')]);
    expect(faults).toEqual([expect.stringMatching(/^loans 2 \(LoanPaid\) should be LoanPaid .*100\.00/)]);
  });

  it('has faults for missing events, and for events that depend on each other', async () => {
    expect((await take([taken, paid], [payment(1, '40.00')])).faults).toEqual([
      "payments 2 is missing in its owner's journal",
    ]);
    const early = { ...payment(1, '40.00'), seen: { loans: 9 } } as StreamEvent;
    expect((await take([taken], [early])).faults).toEqual([
      'payments 1 cannot be applied: they depend on later events',
    ]);
  });
});
