import type { EventData, SeenVersions, StreamEvent } from '@mo/contracts';
import { inTurns, replayHistory } from '@mo/messaging';
import { paymentsAudited } from '../src/db/image.ts';

const NAMES = { customer_id: 1, customer_external_id: 'ada' };
const NOW = '2026-06-01T00:00:00.000Z';

function event(stream: string, version: number, type: string, data: object, seen: SeenVersions = {}): StreamEvent {
  const named = { ...NAMES, ...data };
  return { stream, customer_id: 1, version, type, data: named, seen, time: NOW, traceparent: null } as StreamEvent;
}

const registered = event('customers', 1, 'CustomerRegistered', {
  status: 'active',
  score: '0.00',
  preapproved_at: null,
});
/** A loan of 1.00, taken on a day of January. */
const lent = (loanId: number, day: number) =>
  event(
    'loans',
    loanId,
    'LoanTaken',
    {
      loan_id: loanId,
      external_id: `loan-${loanId}`,
      amount: '1.00',
      contract_version: null,
      maximum_payment_date: NOW,
      taken_at: new Date(Date.UTC(2026, 0, day)).toISOString(),
      requested: false,
    },
    { customers: 1 },
  );

type Details = EventData<'PaymentApplied'>['details'];
const paid = (version: number, total: string, details: Details, loans = 3) =>
  event(
    'payments',
    version,
    'PaymentApplied',
    { payment_id: version, external_id: `payment-${version}`, total_amount: total, paid_at: NOW, details },
    { customers: 1, loans },
  );
const part = (loan_id: number, amount = '1.00') => ({ loan_id, amount });

/** Loan 2 is the oldest; 1 and 3 were taken at the same time. */
const LOANS = [lent(1, 3), lent(2, 1), lent(3, 3)];
const faultsOf = async (...own: StreamEvent[]) => {
  const history = { own, followed: { customers: [registered], loans: LOANS } };
  return (await inTurns(replayHistory(paymentsAudited, 1, history, { customers: 1, loans: 3 }))).faults;
};

const notOldestFirst = (version: number) => [
  `payments ${version} (PaymentApplied): its parts do not pay the oldest loans first`,
];

describe('a history of payments', () => {
  it('has no fault if each payment pays the loans that were oldest at the time first', async () => {
    expect(
      await faultsOf(paid(1, '1.50', [part(2), part(1, '0.50')]), paid(2, '1.00', [part(1, '0.50'), part(3, '0.50')])),
    ).toEqual([]);
    expect(await faultsOf(paid(1, '0.50', [part(1, '0.50')], 1), paid(2, '1.50', [part(2), part(1, '0.50')]))).toEqual(
      [],
    );
  });

  it.each<[string, Details]>([
    ['skips an older loan', [part(1)]],
    ['does not pay an older loan in full', [part(2, '0.50'), part(1, '0.50')]],
    ['lists the later loan first', [part(1, '0.50'), part(2, '0.50')]],
  ])('has a fault if a payment %s', async (_what, details) => {
    expect(await faultsOf(paid(1, '1.00', details))).toEqual(notOldestFirst(1));
  });

  it('has a fault if a payment pays the higher id of two loans of the same time', async () => {
    expect(await faultsOf(paid(1, '1.00', [part(2)]), paid(2, '1.00', [part(3)]))).toEqual(notOldestFirst(2));
  });

  it('has a fault if the details of a payment are less than its total', async () => {
    expect(await faultsOf(paid(1, '2.00', [part(2)]))).toEqual([
      'payments 1 (PaymentApplied): its details sum to 1.00, not 2.00',
    ]);
  });
});
