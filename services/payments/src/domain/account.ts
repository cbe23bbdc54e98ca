/**
 * A customer as the payments service sees it: the debt on each active loan. Only payments reduce this debt, and new
 * loans arrive here with a delay. The service therefore underestimates the debt, and can err only by rejecting a
 * payment.
 */
import type { EventOf, StreamEvent } from '@mo/contracts';
import type { Account } from '@mo/messaging';
import { type Money, parseMoney } from '@mo/money';
import { type OpenLoan, sortsBefore } from './open-loan.ts';
import type { Payment } from './payment.ts';

export interface PaymentAccount extends Account {
  /** Null until the customer's registration has arrived. */
  readonly externalId: string | null;
  /** The outstanding of its active loans, in minor units. */
  readonly owed: Money;
  /**
   * The active loans, oldest first: at least those that the batch's payments can reach; younger ones may be missing. If
   * the batch contains no payment, only the loans that it adds.
   */
  readonly loans: readonly OpenLoan[];
  /** The payments made by the batch. */
  readonly payments: ReadonlyMap<number, Payment>;
}

export function unknownAccount(customerId: number): PaymentAccount {
  return {
    customerId,
    version: 0,
    restricted: 0,
    applied: { customers: 0, loans: 0 },
    behind: {},
    lastTimeMs: 0,
    externalId: null,
    owed: 0n,
    loans: [],
    payments: new Map(),
  };
}

/** The account after an event. */
export function evolve(account: PaymentAccount, event: StreamEvent): PaymentAccount {
  switch (event.type) {
    case 'CustomerRegistered':
    case 'CustomerUpdated':
      return { ...account, externalId: event.data.customer_external_id };
    case 'LoanTaken':
      return lent(account, event);
    case 'PaymentApplied':
      return paid(account, event);
    case 'PaymentRejected':
      return withPayment(account, { ...paymentOf(event), status: 'rejected', details: [] });
    case 'LoanRequested':
    case 'LoanRejected':
    case 'LoanPaid':
      return account;
    default:
      return event satisfies never;
  }
}

function lent(account: PaymentAccount, { data }: EventOf<'LoanTaken'>): PaymentAccount {
  const amount = parseMoney(data.amount);
  const loan: OpenLoan = {
    id: data.loan_id,
    externalId: data.external_id,
    takenAtMs: Date.parse(data.taken_at),
    amount,
    outstanding: amount,
  };
  const place = account.loans.findLastIndex((other) => sortsBefore(other, loan)) + 1;
  return { ...account, owed: account.owed + amount, loans: account.loans.toSpliced(place, 0, loan) };
}

function paid(account: PaymentAccount, event: EventOf<'PaymentApplied'>): PaymentAccount {
  const parts = new Map(event.data.details.map((detail) => [detail.loan_id, parseMoney(detail.amount)]));
  const loans = account.loans.map((loan) => {
    const part = parts.get(loan.id);
    if (part === undefined) return loan;
    if (part > loan.outstanding)
      throw new Error(`${part} exceeds the ${loan.outstanding} outstanding of loan ${loan.id}`);
    parts.delete(loan.id);
    return { ...loan, outstanding: loan.outstanding - part };
  });
  if (parts.size > 0)
    throw new Error(`loans ${[...parts.keys()].join(', ')} are not open loans of customer ${account.customerId}`);
  const details = event.data.details.map(({ loan_id: loanId, amount }) => ({ loanId, amount: parseMoney(amount) }));
  const payment: Payment = { ...paymentOf(event), status: 'completed', details };
  return { ...withPayment(account, payment), loans, owed: account.owed - payment.totalAmount };
}

function paymentOf({
  data,
  time,
}: EventOf<'PaymentApplied'> | EventOf<'PaymentRejected'>): Omit<Payment, 'status' | 'details'> {
  return {
    id: data.payment_id,
    externalId: data.external_id,
    customerId: data.customer_id,
    totalAmount: parseMoney(data.total_amount),
    paidAt: new Date(data.paid_at),
    createdAt: new Date(time),
    updatedAt: new Date(time),
  };
}

function withPayment(account: PaymentAccount, payment: Payment): PaymentAccount {
  return { ...account, payments: new Map(account.payments).set(payment.id, payment) };
}
