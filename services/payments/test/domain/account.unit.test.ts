import type { EventData, StreamEvent } from '@mo/contracts';
import { evolve, type PaymentAccount, unknownAccount } from '../../src/domain/account.ts';
import { paymentModel } from '../../src/domain/model.ts';
import { type OpenLoan, sortsBefore } from '../../src/domain/open-loan.ts';
import { makePayment } from '../../src/domain/payment.ts';

const TIME = '2026-01-02T03:04:05.006Z';
const NOW_MS = Date.parse(TIME);
const PAID_AT = '2026-01-01T00:00:00.000Z';
const named = { customer_id: 7, customer_external_id: 'seven' };

function event(type: StreamEvent['type'], data: object): StreamEvent {
  const stream = type.startsWith('Loan') ? 'loans' : type.startsWith('Payment') ? 'payments' : 'customers';
  const rest = { customer_id: 7, version: 3, seen: {}, time: TIME, traceparent: null };
  return { stream, type, data: { ...named, ...data }, ...rest } as unknown as StreamEvent;
}
const loan = (id: number, outstanding: bigint, takenAtMs = id, amount = 100n): OpenLoan => ({
  id,
  externalId: `l${id}`,
  takenAtMs,
  amount,
  outstanding,
});
const taken = (id: number, takenAtMs: number, amount = '1.00') =>
  event('LoanTaken', { loan_id: id, external_id: `l${id}`, amount, taken_at: new Date(takenAtMs).toISOString() });
const applied = (total_amount: string, ...details: [loan_id: number, amount: string][]) =>
  event('PaymentApplied', {
    payment_id: 70,
    external_id: 'p',
    total_amount,
    paid_at: PAID_AT,
    details: details.map(([loan_id, amount]) => ({ loan_id, amount })),
  });

const known: PaymentAccount = {
  customerId: 7,
  version: 0,
  restricted: 0,
  applied: { customers: 0, loans: 0 },
  behind: {},
  lastTimeMs: 0,
  externalId: 'seven',
  owed: 0n,
  loans: [],
  payments: new Map(),
};
const owing = (...loans: OpenLoan[]): PaymentAccount => ({
  ...known,
  loans,
  owed: loans.reduce((sum, { outstanding }) => sum + outstanding, 0n),
});
const payment = {
  id: 70,
  externalId: 'p',
  customerId: 7,
  totalAmount: 120n,
  paidAt: new Date(PAID_AT),
  createdAt: new Date(TIME),
  updatedAt: new Date(TIME),
};

describe('a customer', () => {
  it('that is unknown owes nothing', () => {
    expect(unknownAccount(7)).toEqual({ ...known, externalId: null });
  });

  it.each(['CustomerRegistered', 'CustomerUpdated'] as const)('has the external_id of %s', (type) => {
    expect(evolve(unknownAccount(7), event(type, { status: 'active' }))).toEqual(known);
  });

  it.each(['LoanRequested', 'LoanRejected', 'LoanPaid'] as const)('owes the same after %s', (type) => {
    const account = owing(loan(1, 5n));
    expect(evolve(account, event(type, { loan_id: 1, amount: '1.00' }))).toBe(account);
  });
});

describe('a loan that is taken', () => {
  it('is owed in full', () => {
    expect(evolve(known, taken(1, 1))).toEqual(owing(loan(1, 100n)));
  });

  it('is sorted by taken_at, then by id', () => {
    const order = (...events: StreamEvent[]) => events.reduce(evolve, known).loans.map(({ id }) => id);
    expect(order(taken(1, 10), taken(2, 20), taken(3, 15))).toEqual([1, 3, 2]);
    expect(order(taken(1, 10), taken(2, 20), taken(3, 5))).toEqual([3, 1, 2]);
    expect(order(taken(1, 10), taken(2, 20), taken(3, 30))).toEqual([1, 2, 3]);
    expect(order(taken(4, 10), taken(2, 10), taken(3, 10))).toEqual([2, 3, 4]);
  });

  it('sorts before another if it was taken earlier, or at the same time with a lower id', () => {
    expect(sortsBefore(loan(2, 1n, 10), loan(1, 1n, 11))).toBe(true);
    expect(sortsBefore(loan(1, 1n, 11), loan(2, 1n, 10))).toBe(false);
    expect(sortsBefore(loan(1, 1n, 10), loan(2, 1n, 10))).toBe(true);
    expect(sortsBefore(loan(2, 1n, 10), loan(1, 1n, 10))).toBe(false);
    expect(sortsBefore(loan(1, 1n, 10), loan(1, 1n, 10))).toBe(false);
  });
});

describe('a payment that is applied', () => {
  it('reduces its loans, and the total owed', () => {
    const account = evolve(
      owing(loan(1, 100n), loan(2, 60n), loan(3, 100n)),
      applied('1.20', [1, '1.00'], [3, '0.20']),
    );
    const details = [
      { loanId: 1, amount: 100n },
      { loanId: 3, amount: 20n },
    ];
    expect(account).toEqual({
      ...owing(loan(1, 0n), loan(2, 60n), loan(3, 80n)),
      payments: new Map([[70, { ...payment, status: 'completed', details }]]),
    });
  });

  it("can't exceed the outstanding of a loan", () => {
    expect(() => evolve(owing(loan(1, 60n)), applied('0.61', [1, '0.61']))).toThrow(
      '61 exceeds the 60 outstanding of loan 1',
    );
  });

  it("can't pay loans that don't exist", () => {
    expect(() => evolve(owing(loan(1, 60n)), applied('0.03', [1, '0.01'], [8, '0.01'], [9, '0.01']))).toThrow(
      'loans 8, 9 are not open loans of customer 7',
    );
  });

  it('keeps earlier payments of the batch', () => {
    const first = evolve(owing(loan(1, 100n)), applied('0.10', [1, '0.10']));
    const rejected = { payment_id: 71, external_id: 'q', total_amount: '9.00', paid_at: PAID_AT };
    const second = evolve(first, event('PaymentRejected', rejected));
    expect([...second.payments.keys()]).toEqual([70, 71]);
    expect(second.owed).toBe(90n);
  });
});

it('a rejected payment is kept, and changes no debt', () => {
  const data = { payment_id: 70, external_id: 'p', total_amount: '1.20', paid_at: PAID_AT };
  expect(evolve(owing(loan(1, 5n)), event('PaymentRejected', { ...data, rejection_reason: 'exceeds_debt' }))).toEqual({
    ...owing(loan(1, 5n)),
    payments: new Map([[70, { ...payment, status: 'rejected', details: [] }]]),
  });
});

describe('the decision on a payment', () => {
  const request = { external_id: 'p', customer_id: 7, total_amount: 120n };
  const data: Omit<EventData<'PaymentApplied'>, 'details'> = {
    ...named,
    payment_id: 70,
    external_id: 'p',
    total_amount: '1.20',
    paid_at: TIME,
  };

  it('contains all values of the payment, made now by default', () => {
    const details = [
      { loan_id: 1, amount: '1.00' },
      { loan_id: 2, amount: '0.20' },
    ];
    const account = owing(loan(1, 100n), loan(2, 100n));
    expect(makePayment(account, request, 70, NOW_MS)).toEqual({
      kind: 'applied',
      type: 'PaymentApplied',
      data: { ...data, details },
    });
    expect(makePayment(account, { ...request, paid_at: new Date(PAID_AT) }, 70, NOW_MS)).toMatchObject({
      data: { paid_at: PAID_AT },
    });
    expect(makePayment(account, { ...request, paid_at: new Date(NOW_MS) }, 70, NOW_MS)).toMatchObject({
      kind: 'applied',
    });
  });

  it('is a rejection if the payment exceeds the debt', () => {
    expect(makePayment(owing(loan(1, 119n, 1, 200n)), request, 70, NOW_MS)).toEqual({
      kind: 'rejected',
      type: 'PaymentRejected',
      data: { ...data, rejection_reason: 'exceeds_debt' },
    });
    expect(makePayment(owing(loan(1, 120n, 1, 200n)), request, 70, NOW_MS)).toMatchObject({ kind: 'applied' });
  });

  it('is an error if the loans sum to less than the total owed', () => {
    const account = { ...owing(loan(1, 60n)), owed: 200n };
    expect(() => makePayment(account, request, 70, NOW_MS)).toThrow(
      'customer 7 owes 200, but the sum of its loans is less',
    );
  });
});

it('payments depends on customers and loans; an applied payment restricts; no event causes another', () => {
  const { stream, follows, decidesOn } = paymentModel;
  expect({ stream, follows, decidesOn }).toEqual({
    stream: 'payments',
    follows: ['customers', 'loans'],
    decidesOn: ['customers', 'loans'],
  });
  expect(paymentModel.unknown(7)).toEqual(unknownAccount(7));
  expect(paymentModel.externalIdOf(known)).toBe('seven');
  expect(paymentModel.react(known, taken(1, 1))).toEqual([]);
  const payments = [applied('1.00'), event('PaymentRejected', {})];
  expect(payments.map((one) => paymentModel.restricts(one))).toEqual([true, false]);
  expect(paymentModel.evolve(known, [taken(1, 1)])).toEqual(owing(loan(1, 100n)));
});
