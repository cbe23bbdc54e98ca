import { type ConsistencyToken, formatToken } from '@mo/contracts';
import { CustomerModel, type LoanModel } from '../src/clients/customer-model.ts';

const token = (customers: number): ConsistencyToken => ({
  customerId: 1,
  versions: { customers, loans: 0, payments: 0 },
});
const loan = (id: number, amount: bigint, more: Partial<LoanModel> = {}): LoanModel => ({
  id,
  externalId: `loan-${id}`,
  amount,
  outstanding: amount,
  status: 'active',
  takenAt: '2026-01-01T00:00:00.000Z',
  ...more,
});

function customer(...loans: LoanModel[]): CustomerModel {
  const model = new CustomerModel(1, 'ada', { score: 1_000n, status: 'active' }, token(1));
  model.loans.push(...loans);
  return model;
}

describe('credit', () => {
  it('is granted up to the score, pending loans included', () => {
    const model = customer(
      loan(1, 300n),
      loan(2, 300n, { status: 'pending', takenAt: null }),
      loan(3, 9_000n, { status: 'rejected' }),
    );
    expect(model.verdict(token(1), 400n).expected).toBe('grant');
    expect(model.verdict(token(1), 401n).expected).toBe('credit_limit_exceeded');
    expect(model.available).toBe(400n);
  });

  it('is judged by the versions that the decision had seen', () => {
    const model = customer();
    model.stand({ score: 100n, status: 'active' }, token(2), false);
    expect(model.verdict(token(1), 500n)).toEqual({ expected: 'grant', isOld: true, isTooOld: false });
    expect(model.verdict(token(2), 500n)).toEqual({ expected: 'credit_limit_exceeded', isOld: false, isTooOld: false });
  });

  it('must not ignore a restriction that was confirmed with 200', () => {
    const model = customer();
    model.stand({ score: 100n, status: 'inactive' }, token(2), true);
    expect(model.verdict(token(1), 1n).isTooOld).toBe(true);
    expect(model.verdict(token(2), 1n)).toEqual({ expected: 'customer_inactive', isOld: false, isTooOld: false });
  });
});

describe('a payment', () => {
  it('is spread over the active loans, oldest first', () => {
    const model = customer(loan(1, 100n), loan(2, 100n, { takenAt: '2025-01-01T00:00:00.000Z' }), loan(3, 100n));
    expect(model.spread(250n)).toEqual([
      { loanId: 2, amount: 100n },
      { loanId: 1, amount: 100n },
      { loanId: 3, amount: 50n },
    ]);
  });

  it('above the debt is not spread', () => {
    expect(customer(loan(1, 100n), loan(2, 50n, { status: 'pending' })).spread(101n)).toBeNull();
  });

  it('marks a loan as paid that it brings to zero', () => {
    const model = customer(loan(1, 100n));
    model.pay(model.spread(100n) ?? []);
    expect(model.loans[0]).toMatchObject({ outstanding: 0n, status: 'paid' });
  });
});

it('a payment with a detail of a foreign loan pays its other loans', () => {
  const model = customer(loan(1, 100n));
  model.pay([
    { loanId: 77, amount: 50n },
    { loanId: 1, amount: 30n },
  ]);
  expect(model.loans).toMatchObject([{ id: 1, outstanding: 70n }]);
});

it('merges the tokens of its answers, and ignores those of another customer', () => {
  const model = customer();
  model.saw(formatToken({ customerId: 1, versions: { customers: 1, loans: 3, payments: 0 } }));
  model.saw(formatToken({ customerId: 1, versions: { customers: 1, loans: 2, payments: 5 } }));
  expect(model.saw(formatToken({ customerId: 2, versions: { customers: 9, loans: 9, payments: 9 } }))).toBeNull();
  expect(model.token).toBe(formatToken({ customerId: 1, versions: { customers: 1, loans: 3, payments: 5 } }));
});
