import type { EventOf, NewLoan, StreamEvent } from '@mo/contracts';
import { MemoryAccounts } from '@mo/messaging/testing';
import { formatMoney } from '@mo/money';
import fc from 'fast-check';
import { activateLoanCommand } from '../src/commands/decide-pending.ts';
import { takeLoanCommand } from '../src/commands/take-loan.ts';
import { type LoanAccount, unknownAccount } from '../src/domain/account.ts';
import { activateLoan, takeLoan } from '../src/domain/credit.ts';
import type { Loan } from '../src/domain/loan.ts';
import { loanModel } from '../src/domain/model.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const origin = { requestId: 'test', traceparent: null };

const customer: LoanAccount = { ...unknownAccount(1), externalId: 'c1', status: 'active', score: 100_000n };
const request = (amount: bigint, more: Partial<NewLoan> = {}): NewLoan => ({
  external_id: 'l1',
  customer_id: 1,
  amount,
  maximum_payment_date: new Date(NOW_MS),
  contract_version: null,
  status: 'active',
  ...more,
});

describe('the credit decision', () => {
  it('grants exactly up to the credit line', () => {
    expect(takeLoan(customer, request(100_000n), 1, NOW_MS)).toMatchObject({ granted: true, type: 'LoanTaken' });
    expect(takeLoan(customer, request(100_001n), 1, NOW_MS)).toMatchObject({
      granted: false,
      refusal: { code: 'credit_limit_exceeded', available: 100_000n },
    });
  });

  it('counts the existing debt, and returns the available amount, never below zero', () => {
    const indebted = { ...customer, debt: 99_999n };
    expect(takeLoan(indebted, request(1n), 1, NOW_MS)).toMatchObject({ granted: true });
    expect(takeLoan(indebted, request(2n), 1, NOW_MS)).toMatchObject({ refusal: { available: 1n } });
    expect(takeLoan({ ...customer, debt: 200_000n }, request(1n), 1, NOW_MS)).toMatchObject({
      refusal: { available: 0n },
    });
  });

  it('refuses in this order: unknown customer, inactive customer, amount above the credit line', () => {
    expect(takeLoan(null, request(1n), 1, NOW_MS)).toMatchObject({ refusal: { code: 'customer_not_found' } });
    expect(takeLoan({ ...customer, status: 'inactive' }, request(900_000n), 1, NOW_MS)).toMatchObject({
      refusal: { code: 'customer_inactive' },
    });
  });

  it('takes a loan now by default, and never in the future', () => {
    expect(takeLoan(customer, request(1n), 1, NOW_MS)).toMatchObject({
      data: { taken_at: '2026-01-01T00:00:00.000Z' },
    });
    expect(takeLoan(customer, request(1n, { taken_at: new Date(NOW_MS) }), 1, NOW_MS)).toMatchObject({ granted: true });
    expect(takeLoan(customer, request(1n, { taken_at: new Date(NOW_MS + 1) }), 1, NOW_MS)).toMatchObject({
      refusal: { code: 'taken_in_future' },
    });
  });

  it('grants credit to a pending loan without taking it', () => {
    expect(takeLoan(customer, request(1n, { status: 'pending' }), 1, NOW_MS)).toMatchObject({
      type: 'LoanRequested',
      data: { taken_at: null },
    });
  });

  it('activates a pending loan only within the score, and counts its amount once', () => {
    const loan = { id: 1, status: 'pending', amount: 100_000n, maximumPaymentDate: new Date(NOW_MS) } as Loan;
    expect(activateLoan({ ...customer, debt: 100_000n }, loan, NOW_MS)).toMatchObject({
      granted: true,
      data: { requested: true },
    });
    expect(activateLoan({ ...customer, debt: 100_001n }, loan, NOW_MS)).toMatchObject({
      refusal: { code: 'credit_limit_exceeded' },
    });
    expect(activateLoan(customer, { ...loan, status: 'active' }, NOW_MS)).toMatchObject({
      refusal: { code: 'loan_not_pending' },
    });
  });
});

const registered = (customerId: number, score: bigint): StreamEvent => ({
  stream: 'customers',
  customer_id: customerId,
  version: 1,
  type: 'CustomerRegistered',
  data: {
    customer_id: customerId,
    customer_external_id: `c${customerId}`,
    status: 'active',
    score: formatMoney(score),
    preapproved_at: null,
  },
  seen: {},
  time: new Date(NOW_MS).toISOString(),
  traceparent: null,
});

const payment = (version: number, loanId: number, amount: bigint): EventOf<'PaymentApplied'> => ({
  stream: 'payments',
  customer_id: 1,
  version,
  type: 'PaymentApplied',
  data: {
    customer_id: 1,
    customer_external_id: 'c1',
    payment_id: version,
    external_id: `p${version}`,
    total_amount: formatMoney(amount),
    paid_at: new Date(NOW_MS).toISOString(),
    details: [{ loan_id: loanId, amount: formatMoney(amount) }],
  },
  seen: {},
  time: new Date(NOW_MS).toISOString(),
  traceparent: null,
});

const requests = fc.array(
  fc.record({
    customer: fc.integer({ min: 1, max: 3 }),
    amount: fc.bigInt({ min: 1n, max: 60_000n }),
    name: fc.integer({ min: 0, max: 15 }),
  }),
  { maxLength: 20 },
);
type Request = { customer: number; amount: bigint; name: number };
const commandOf = ({ customer: customerId, amount, name }: Request) =>
  takeLoanCommand(request(amount, { customer_id: customerId, external_id: `l${name}` }), null, origin);

function threeCustomers(): MemoryAccounts<LoanAccount> {
  const accounts = new MemoryAccounts(loanModel);
  accounts.follow([1, 2, 3].map((id) => registered(id, 100_000n)));
  return accounts;
}

describe('a batch', () => {
  it('of n commands has the effect of n batches of one, in order of arrival', () => {
    fc.assert(
      fc.property(requests, (list) => {
        const together = threeCustomers();
        const oneByOne = threeCustomers();
        const outcomes = together.decide(list.map(commandOf));
        expect(outcomes).toEqual(list.flatMap((item) => oneByOne.decide([commandOf(item)])));
        expect(together.written).toEqual(oneByOne.written);
        for (const id of [1, 2, 3]) {
          const { loans: _loans, ...account } = together.account(id);
          expect(oneByOne.account(id)).toMatchObject(account);
        }
      }),
    );
  });

  it('never grants beyond the score, and numbers its events without gaps', () => {
    fc.assert(
      fc.property(requests, (list) => {
        const accounts = threeCustomers();
        accounts.decide(list.map(commandOf));
        for (const id of [1, 2, 3]) {
          const own = accounts.written.filter((event) => event.customer_id === id);
          expect(own.map((event) => event.version)).toEqual(own.map((_, place) => place + 1));
          expect(accounts.account(id).debt).toBeLessThanOrEqual(100_000n);
          expect(accounts.account(id).version).toBe(own.length);
        }
      }),
    );
  });
});

describe('a loan that does not sort last', () => {
  const settled = ([outcome]: ReturnType<MemoryAccounts<LoanAccount>['decide']>) =>
    outcome?.kind === 'answered' ? outcome.settle?.settlement.peer : outcome;
  const take = (name: number, more: Partial<NewLoan>) =>
    takeLoanCommand(request(1n, { external_id: `l${name}`, ...more }), null, origin);

  it('is answered after payments has applied it: a backdated loan', () => {
    const accounts = threeCustomers();
    expect(settled(accounts.decide([take(1, {})]))).toBeUndefined();
    expect(settled(accounts.decide([take(2, {})]))).toBeUndefined();
    expect(settled(accounts.decide([take(3, { taken_at: new Date(NOW_MS - 1) })]))).toBe('payments');
  });

  it('is answered after payments has applied it: a loan activated in the millisecond of a later one', () => {
    const accounts = threeCustomers();
    accounts.decide([take(1, { status: 'pending' }), take(2, {})]);
    const activate = activateLoanCommand({ loanId: 1, customerId: 1 }, null, origin);
    expect(settled(accounts.decide([activate]))).toBe('payments');
  });
});

describe('followed payments', () => {
  it('reduce the loan and the debt, and cause a LoanPaid at zero', () => {
    const accounts = threeCustomers();
    accounts.decide([commandOf({ customer: 1, amount: 50_000n, name: 1 })]);
    accounts.follow([payment(1, 1, 20_000n)]);
    expect(accounts.account(1)).toMatchObject({ debt: 30_000n, applied: { payments: 1 } });
    accounts.follow([payment(2, 1, 30_000n)]);
    expect(accounts.account(1).debt).toBe(0n);
    expect(accounts.account(1).loans.get(1)).toMatchObject({ status: 'paid', outstanding: 0n });
    expect(accounts.written.at(-1)).toMatchObject({
      type: 'LoanPaid',
      version: 2,
      seen: { customers: 1, payments: 2 },
    });
  });

  it('count once, however often they are delivered', () => {
    const accounts = threeCustomers();
    accounts.decide([commandOf({ customer: 1, amount: 50_000n, name: 1 })]);
    accounts.follow([payment(1, 1, 20_000n), payment(1, 1, 20_000n)]);
    accounts.follow([payment(1, 1, 20_000n)]);
    expect(accounts.account(1).debt).toBe(30_000n);
  });

  it('wait for missing predecessors, and mark the customer as behind', () => {
    const accounts = threeCustomers();
    accounts.decide([commandOf({ customer: 1, amount: 50_000n, name: 1 })]);
    accounts.follow([payment(2, 1, 10_000n)]);
    expect(accounts.account(1)).toMatchObject({ debt: 50_000n, behind: { payments: 2 } });
    accounts.follow([payment(1, 1, 10_000n)]);
    expect(accounts.account(1)).toMatchObject({ debt: 40_000n, behind: { payments: 2 } });
    accounts.follow([payment(2, 1, 10_000n)]);
    expect(accounts.account(1)).toMatchObject({ debt: 30_000n, behind: {} });
  });

  it("that can't take effect mark only their own customer as behind", () => {
    const accounts = threeCustomers();
    accounts.decide([
      commandOf({ customer: 1, amount: 50_000n, name: 1 }),
      commandOf({ customer: 2, amount: 1n, name: 2 }),
    ]);
    const tooMuch = payment(1, 1, 50_001n);
    const other = { ...payment(1, 2, 1n), customer_id: 2 };
    expect(accounts.follow([tooMuch, { ...other, data: { ...other.data, customer_id: 2 } }])).toEqual([
      'faulty',
      'apply',
    ]);
    expect(accounts.account(1)).toMatchObject({ debt: 50_000n, applied: { payments: 0 }, behind: { payments: 1 } });
    expect(accounts.account(2)).toMatchObject({ debt: 0n, applied: { payments: 1 } });
  });
});
