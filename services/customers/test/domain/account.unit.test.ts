import type { EventData, StreamEvent } from '@mo/contracts';
import { availableOf, type CustomerAccount, evolve, unknownAccount } from '../../src/domain/account.ts';
import { changeOf, registration } from '../../src/domain/customer.ts';
import { customerModel } from '../../src/domain/model.ts';
import { entryOf, STATEMENT_KINDS } from '../../src/domain/statement.ts';
import { loanTaken, paymentApplied } from '../events.ts';

const TIME = '2026-01-02T03:04:05.006Z';
const LATER = '2026-02-03T04:05:06.007Z';
const EARLIER = '2025-12-31T00:00:00.000Z';
const NEVER = new Date(0);
const customer = { id: 7, external_id: 'seven' };

function event(type: StreamEvent['type'], data: object, time = TIME, version = 3): StreamEvent {
  const stream = type.startsWith('Loan') ? 'loans' : type.startsWith('Payment') ? 'payments' : 'customers';
  return { stream, customer_id: 7, version, type, data, seen: {}, time, traceparent: null } as unknown as StreamEvent;
}
const told = (more: Partial<EventData<'CustomerRegistered'>> = {}): EventData<'CustomerRegistered'> => ({
  customer_id: 7,
  customer_external_id: 'seven',
  status: 'active',
  score: '500.00',
  preapproved_at: null,
  ...more,
});

const registered: CustomerAccount = {
  customerId: 7,
  version: 0,
  restricted: 0,
  applied: { loans: 0, payments: 0 },
  behind: {},
  lastTimeMs: 0,
  externalId: 'seven',
  status: 'active',
  score: 50_000n,
  preapprovedAt: null,
  createdAt: new Date(TIME),
  updatedAt: new Date(TIME),
  totalDebt: 0n,
};
const owing = (totalDebt: bigint): CustomerAccount => ({ ...registered, totalDebt });

describe('a customer', () => {
  it('that is unknown has no name, credit, debt or times', () => {
    expect(unknownAccount(7)).toEqual({
      ...registered,
      externalId: '',
      status: 'inactive',
      score: 0n,
      createdAt: NEVER,
      updatedAt: NEVER,
    });
  });

  it('has the values of its registration', () => {
    expect(evolve(unknownAccount(7), event('CustomerRegistered', told()))).toEqual(registered);
    const preapproved = evolve(unknownAccount(7), event('CustomerRegistered', told({ preapproved_at: EARLIER })));
    expect(preapproved).toEqual({ ...registered, preapprovedAt: new Date(EARLIER) });
  });

  it('has the values of its last change, and the time of its registration', () => {
    const changed = told({ status: 'inactive', score: '0.01', preapproved_at: EARLIER });
    expect(evolve(registered, event('CustomerUpdated', changed, LATER))).toEqual({
      ...registered,
      status: 'inactive',
      score: 1n,
      preapprovedAt: new Date(EARLIER),
      updatedAt: new Date(LATER),
    });
  });
});

describe('the debt', () => {
  it.each([
    ['LoanRequested', { ...loanTaken(customer), taken_at: null }, 10_050n],
    ['LoanTaken', loanTaken(customer, { requested: false }), 10_050n],
    ['LoanTaken', loanTaken(customer, { requested: true }), 50n],
    ['LoanPaid', loanTaken(customer), 50n],
    ['PaymentRejected', { ...paymentApplied(customer), rejection_reason: 'exceeds_debt' }, 50n],
    ['PaymentApplied', paymentApplied(customer, { total_amount: '0.20' }), 30n],
    ['PaymentApplied', paymentApplied(customer, { total_amount: '0.50' }), 0n],
    ['LoanRejected', loanTaken(customer, { amount: '0.50' }), 0n],
  ] as const)('changes by the amount of %s, and nothing else changes (case %#)', (type, data, debt) => {
    expect(evolve(owing(50n), event(type, data))).toEqual(owing(debt));
  });

  it('never falls below zero: an error names the customer and the debt', () => {
    const tooMuch = event('PaymentApplied', paymentApplied(customer, { total_amount: '0.51' }));
    expect(() => evolve(owing(50n), tooMuch)).toThrow('the debt of customer 7 would be -1, below zero');
  });

  it('leaves an available amount of the score less the debt, down to zero', () => {
    expect([29n, 30n, 31n, 500n].map((totalDebt) => availableOf({ score: 30n, totalDebt }))).toEqual([1n, 0n, 0n, 0n]);
  });
});

describe('the event of a decision', () => {
  const preapproved_at = new Date(EARLIER);

  it('contains all values of a registration', () => {
    const request = { external_id: 'seven', status: 'active', score: 50_000n } as const;
    expect(registration({ ...request, preapproved_at: null }, 7)).toEqual(told());
    expect(registration({ ...request, preapproved_at }, 7)).toEqual(told({ preapproved_at: EARLIER }));
  });

  it('contains all values of the customer after a change', () => {
    expect(changeOf(registered, { score: 1n })).toEqual(told({ score: '0.01' }));
    expect(changeOf(registered, { status: 'inactive' })).toEqual(told({ status: 'inactive' }));
    expect(changeOf({ ...registered, preapprovedAt: preapproved_at }, { score: 1n, status: 'active' })).toEqual(
      told({ score: '0.01', preapproved_at: EARLIER }),
    );
    expect(changeOf(registered, { score: 50_000n, status: 'inactive' })).toEqual(told({ status: 'inactive' }));
  });

  it('does not exist if nothing changes', () => {
    expect([{}, { score: 50_000n }, { status: 'active' } as const].map((one) => changeOf(registered, one))).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('the statement', () => {
  it('has an entry for a loan that is taken, whether or not it was requested before', () => {
    for (const requested of [true, false]) {
      const loan = loanTaken(customer, { requested, taken_at: EARLIER, external_id: 'l', amount: '12.34' });
      expect(entryOf(event('LoanTaken', loan, TIME, 5))).toEqual({
        customerId: 7,
        at: new Date(EARLIER),
        kind: 'loan',
        reference: 'l',
        amount: 1_234n,
        version: 5,
      });
    }
  });

  it('has an entry for an applied payment', () => {
    const payment = paymentApplied(customer, { paid_at: EARLIER, external_id: 'p', total_amount: '12.34' });
    expect(entryOf(event('PaymentApplied', payment, TIME, 6))).toEqual({
      customerId: 7,
      at: new Date(EARLIER),
      kind: 'payment',
      reference: 'p',
      amount: 1_234n,
      version: 6,
    });
  });

  it('has no other entries, and sorts loans before payments of the same instant', () => {
    const others = ['LoanRequested', 'LoanRejected', 'LoanPaid', 'PaymentRejected', 'CustomerUpdated'] as const;
    for (const type of others) expect(entryOf(event(type, {}))).toBeNull();
    expect(STATEMENT_KINDS).toEqual(['loan', 'payment']);
  });
});

it('customers decides alone: no event restricts it, and no followed event causes an event of its own', () => {
  const { stream, follows, decidesOn } = customerModel;
  expect({ stream, follows, decidesOn }).toEqual({
    stream: 'customers',
    follows: ['loans', 'payments'],
    decidesOn: [],
  });
  expect(customerModel.unknown(7)).toEqual(unknownAccount(7));
  expect(customerModel.externalIdOf(registered)).toBe('seven');
  expect(customerModel.react(registered, event('LoanTaken', loanTaken(customer)))).toEqual([]);
  expect(customerModel.restricts(event('CustomerUpdated', told()))).toBe(false);
  expect(customerModel.evolve(unknownAccount(7), [event('CustomerRegistered', told())])).toEqual(registered);
});
