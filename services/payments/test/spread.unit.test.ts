import type { EventOf, NewPayment, StreamEvent } from '@mo/contracts';
import { MemoryAccounts } from '@mo/messaging/testing';
import { allocate, formatMoney, parseMoney } from '@mo/money';
import fc from 'fast-check';
import { makePaymentCommand } from '../src/commands/make-payment.ts';
import { type PaymentAccount, unknownAccount } from '../src/domain/account.ts';
import { paymentModel } from '../src/domain/model.ts';
import { makePayment, PAYMENT_LOANS_MAX } from '../src/domain/payment.ts';

const NOW_MS = Date.UTC(2026, 5, 1);
const origin = { requestId: 'test', traceparent: null };
const envelope = { seen: {}, time: new Date(NOW_MS).toISOString(), traceparent: null };

const registered: StreamEvent = {
  stream: 'customers',
  customer_id: 1,
  version: 1,
  type: 'CustomerRegistered',
  data: { customer_id: 1, customer_external_id: 'c1', status: 'inactive', score: '0.00', preapproved_at: null },
  ...envelope,
};
const lent = (version: number, amount: bigint, day: number): EventOf<'LoanTaken'> => ({
  stream: 'loans',
  customer_id: 1,
  version,
  type: 'LoanTaken',
  data: {
    customer_id: 1,
    customer_external_id: 'c1',
    loan_id: version,
    external_id: `l${version}`,
    amount: formatMoney(amount),
    contract_version: null,
    maximum_payment_date: envelope.time,
    taken_at: new Date(Date.UTC(2026, 0, day)).toISOString(),
    requested: false,
  },
  ...envelope,
});
const request = (amount: bigint, more: Partial<NewPayment> = {}): NewPayment => ({
  external_id: 'p1',
  customer_id: 1,
  total_amount: amount,
  ...more,
});

function owing(...loans: [amount: bigint, day: number][]): MemoryAccounts<PaymentAccount> {
  const accounts = new MemoryAccounts(paymentModel);
  accounts.follow([registered, ...loans.map(([amount, day], place) => lent(place + 1, amount, day))]);
  return accounts;
}

describe('the spread of a payment', () => {
  it('pays the oldest loan first, then the lower id, each in full before the next', () => {
    const account = owing([100n, 3], [200n, 1], [50n, 1]).account(1);
    const spread = makePayment(account, request(251n), 1, NOW_MS);
    expect(spread).toMatchObject({
      kind: 'applied',
      data: {
        details: [
          { loan_id: 2, amount: '2.00' },
          { loan_id: 3, amount: '0.50' },
          { loan_id: 1, amount: '0.01' },
        ],
      },
    });
  });

  it('pays everything at exactly the debt, and is a rejection one cent above', () => {
    const account = owing([100n, 1], [100n, 2]).account(1);
    expect(makePayment(account, request(200n), 1, NOW_MS)).toMatchObject({ kind: 'applied' });
    expect(makePayment(account, request(201n), 1, NOW_MS)).toMatchObject({
      kind: 'rejected',
      data: { total_amount: '2.01', rejection_reason: 'exceeds_debt' },
    });
  });

  it('is made now by default, but not before its loans were taken by the clock of loans', () => {
    const account = owing([100n, 1], [100n, 2], [100n, 3]).account(1);
    const beforeThem = Date.UTC(2025, 11, 31);
    const paidAt = (amount: bigint, nowMs: number, more: Partial<NewPayment> = {}) => {
      const spread = makePayment(account, request(amount, more), 1, nowMs);
      return 'data' in spread ? spread.data.paid_at : spread.code;
    };
    expect(paidAt(100n, NOW_MS)).toBe(new Date(NOW_MS).toISOString());
    expect(paidAt(100n, beforeThem)).toBe('2026-01-01T00:00:00.000Z');
    expect(paidAt(101n, beforeThem)).toBe('2026-01-02T00:00:00.000Z');
    expect(paidAt(100n, NOW_MS, { paid_at: new Date(beforeThem) })).toBe('2025-12-31T00:00:00.000Z');
  });

  it('is refused only to unknown customers, and never dated in the future', () => {
    expect(makePayment(null, request(1n), 1, NOW_MS)).toEqual({ kind: 'refused', code: 'customer_not_found' });
    expect(makePayment(unknownAccount(1), request(1n), 1, NOW_MS)).toEqual({
      kind: 'refused',
      code: 'customer_not_found',
    });
    const account = owing([100n, 1]).account(1);
    const late = request(1n, { paid_at: new Date(NOW_MS + 1) });
    expect(makePayment(account, late, 1, NOW_MS)).toEqual({ kind: 'refused', code: 'paid_in_future' });
  });
});

describe('a payment of very many loans', () => {
  const takenAtMs = Date.UTC(2026, 0, 1);
  const owedOn = (count: number): PaymentAccount => ({
    ...unknownAccount(1),
    externalId: 'c'.repeat(60),
    owed: 999_999_999_999n * BigInt(count),
    loans: Array.from({ length: count }, (_, n) => {
      const id = Number.MAX_SAFE_INTEGER - count + n;
      return { id, externalId: `l${n}`, takenAtMs, amount: 999_999_999_999n, outstanding: 999_999_999_999n };
    }),
  });

  it('is applied up to the number of loans that fit into a Kafka message', () => {
    const account = owedOn(PAYMENT_LOANS_MAX);
    const spread = makePayment(account, request(account.owed), 1, NOW_MS);
    expect(spread).toMatchObject({ kind: 'applied', data: { details: { length: PAYMENT_LOANS_MAX } } });
    expect(Buffer.byteLength(JSON.stringify(spread))).toBeLessThan(1_000_000);
  });

  it('is a 400 for its amount above that number, and leaves its external_id free', () => {
    const account = owedOn(PAYMENT_LOANS_MAX + 1);
    const command = makePaymentCommand(request(account.owed), null, origin);
    for (const taken of [false, true]) {
      expect(() => command.decide(account, { nowMs: NOW_MS, id: 1, taken })).toThrow(
        expect.objectContaining({
          code: 'invalid_request',
          errors: [expect.objectContaining({ pointer: '/total_amount', code: 'too_many_loans' })],
        }),
      );
    }
  });
});

/** Few days, so that loans are often taken at the same time. */
const day = fc.integer({ min: 1, max: 4 });
const loans = fc.array(fc.tuple(fc.bigInt({ min: 1n, max: 5_000n }), day), { maxLength: 8 });
const amounts = fc.array(fc.tuple(fc.bigInt({ min: 1n, max: 9_000n }), fc.integer({ min: 0, max: 12 })), {
  maxLength: 15,
});
/** A loan, or a payment. */
const arrival = fc.record({ isLoan: fc.boolean(), amount: fc.bigInt({ min: 1n, max: 5_000n }), day });
const commandOf = ([amount, name]: [bigint, number]) =>
  makePaymentCommand(request(amount, { external_id: `p${name}` }), null, origin);

describe('a batch of payments', () => {
  it('of n has the effect of n batches of one, in order of arrival', () => {
    fc.assert(
      fc.property(loans, amounts, (owed, list) => {
        const together = owing(...owed);
        const oneByOne = owing(...owed);
        expect(together.decide(list.map(commandOf))).toEqual(
          list.flatMap((item) => oneByOne.decide([commandOf(item)])),
        );
        expect(together.written).toEqual(oneByOne.written);
        expect(together.account(1)).toMatchObject({ owed: oneByOne.account(1).owed, loans: oneByOne.account(1).loans });
      }),
    );
  });

  it('pays the oldest loans first, in whatever order loans and payments arrive', () => {
    fc.assert(
      fc.property(fc.array(arrival), (list) => {
        const accounts = owing();
        const debts: { id: number; day: number; outstanding: bigint }[] = [];
        for (const [place, { isLoan, amount, day }] of list.entries()) {
          if (isLoan) {
            const id = debts.length + 1;
            accounts.follow([lent(id, amount, day)]);
            debts.push({ id, day, outstanding: amount });
            debts.sort((a, b) => a.day - b.day || a.id - b.id);
          } else {
            const before = accounts.written.length;
            accounts.decide([commandOf([amount, place])]);
            const applied = accounts.written.slice(before).filter((event) => event.type === 'PaymentApplied');
            const parts = allocate(amount, debts) ?? [];
            const details = parts.map((part) => ({ loan_id: part.id, amount: formatMoney(part.amount) }));
            expect(applied.flatMap(({ data }) => data.details)).toEqual(details);
            for (const part of parts)
              for (const debt of debts) if (debt.id === part.id) debt.outstanding -= part.amount;
          }
        }
      }),
    );
  });

  it('conserves sums, never goes below zero, and rejects only amounts above the debt', () => {
    fc.assert(
      fc.property(loans, amounts, (owed, list) => {
        const accounts = owing(...owed);
        let left = owed.reduce((sum, [amount]) => sum + amount, 0n);
        accounts.decide(list.map(commandOf));
        for (const event of accounts.written) {
          if (event.type === 'PaymentApplied') {
            const parts = event.data.details.map((detail) => parseMoney(detail.amount));
            expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(parseMoney(event.data.total_amount));
            left -= parseMoney(event.data.total_amount);
          } else if (event.type === 'PaymentRejected')
            expect(parseMoney(event.data.total_amount)).toBeGreaterThan(left);
        }
        const account = accounts.account(1);
        expect(account.owed).toBe(left);
        expect(account.loans.reduce((sum, loan) => sum + loan.outstanding, 0n)).toBe(left);
        for (const loan of account.loans) expect(loan.outstanding).toBeGreaterThanOrEqual(0n);
      }),
    );
  });
});
