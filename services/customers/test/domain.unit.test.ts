import type { StreamEvent } from '@mo/contracts';
import { MemoryAccounts } from '@mo/messaging/testing';
import fc from 'fast-check';
import { changeCustomerCommand } from '../src/commands/change-customer.ts';
import { registerCustomerCommand } from '../src/commands/register-customer.ts';
import { availableOf, evolve, unknownAccount } from '../src/domain/account.ts';
import { changeOf } from '../src/domain/customer.ts';
import { customerModel } from '../src/domain/model.ts';
import { entryOf } from '../src/domain/statement.ts';
import { loanTaken, paymentApplied } from './events.ts';

const origin = { requestId: 'test', traceparent: null };
const customer = { id: 1, external_id: 'a' };

let version = 0;
function event(type: StreamEvent['type'], data: object): StreamEvent {
  version += 1;
  const stream = type.startsWith('Loan') ? 'loans' : type.startsWith('Payment') ? 'payments' : 'customers';
  const time = '2026-01-01T00:00:00.000Z';
  return { stream, customer_id: 1, version, type, data, seen: {}, time, traceparent: null } as unknown as StreamEvent;
}

describe('the debt', () => {
  it('is the sum of taken and requested loans less rejections and payments, for any course of each loan', () => {
    const course = fc.record({
      cents: fc.integer({ min: 1, max: 1_000_000 }),
      requested: fc.boolean(),
      rejected: fc.boolean(),
      paid: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(course, { maxLength: 8 }), (loans) => {
        let account = unknownAccount(1);
        let expected = 0n;
        for (const { cents, requested, rejected, paid } of loans) {
          const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
          const loan = loanTaken(customer, { amount, requested });
          const course = requested ? [event('LoanRequested', { ...loan, taken_at: null })] : [];
          const isRejected = requested && rejected;
          course.push(isRejected ? event('LoanRejected', loan) : event('LoanTaken', loan));
          const part = isRejected ? 0n : (BigInt(cents) * BigInt(paid)) / 100n;
          const total_amount = `${part / 100n}.${String(part % 100n).padStart(2, '0')}`;
          if (part > 0n) course.push(event('PaymentApplied', paymentApplied(customer, { total_amount })));
          if (part === BigInt(cents)) course.push(event('LoanPaid', loan));
          account = course.reduce(evolve, account);
          expected += isRejected ? 0n : BigInt(cents) - part;
        }
        expect(account.totalDebt).toBe(expected);
      }),
    );
  });

  it('is never below zero', () => {
    expect(() => evolve(unknownAccount(1), event('PaymentApplied', paymentApplied(customer)))).toThrow('below zero');
  });

  it('leaves an available amount of the score less the debt, never below zero', () => {
    expect(availableOf({ score: 100n, totalDebt: 30n })).toBe(70n);
    expect(availableOf({ score: 100n, totalDebt: 130n })).toBe(0n);
  });

  it('is not changed by a rejected payment', () => {
    const rejected = event('PaymentRejected', { ...paymentApplied(customer), rejection_reason: 'exceeds_debt' });
    expect(evolve(unknownAccount(1), rejected)).toEqual(unknownAccount(1));
    expect(entryOf(rejected)).toBeNull();
  });
});

describe('a change', () => {
  const account = { ...unknownAccount(1), externalId: 'a', status: 'active', score: 500n } as const;

  it('is no event if nothing changes', () => {
    expect(changeOf(account, { score: 500n })).toBeNull();
    expect(changeOf(account, { status: 'active', score: 500n })).toBeNull();
  });

  it("keeps the values that it doesn't contain", () => {
    expect(changeOf(account, { score: 1n })).toMatchObject({ score: '0.01', status: 'active' });
    expect(changeOf(account, { status: 'inactive' })).toMatchObject({ score: '5.00', status: 'inactive' });
  });

  it('of a customer registered in the same batch follows the registration', () => {
    const accounts = new MemoryAccounts(customerModel);
    const request = { external_id: 'a', score: 100n, status: 'active', preapproved_at: null } as const;
    const outcomes = accounts.decide([
      registerCustomerCommand(request, null, origin),
      changeCustomerCommand(1, { score: 7n }, null, origin),
    ]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['answered', 'answered']);
    expect(accounts.written.map(({ type, version: number }) => `${type} ${number}`)).toEqual([
      'CustomerRegistered 1',
      'CustomerUpdated 2',
    ]);
    expect(accounts.account(1)).toMatchObject({ version: 2, score: 7n });
  });
});
