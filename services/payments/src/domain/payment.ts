/** Spreads a payment over loans, oldest first, until it is used up; it is applied in full or not at all. Pure. */
import { type EventData, isoTime, type NewPayment, type PaymentStatus } from '@mo/contracts';
import { type Allocation, allocate, formatMoney, type Money } from '@mo/money';
import type { PaymentAccount } from './account.ts';

/**
 * The most loans that one payment is spread over. Its event contains up to 54 bytes per loan and must fit into a Kafka
 * message, which is limited to 1 MiB by default.
 */
export const PAYMENT_LOANS_MAX = 18_000;

/** A payment; amounts in minor units. */
export interface Payment {
  readonly id: number;
  readonly externalId: string;
  readonly customerId: number;
  readonly totalAmount: Money;
  readonly status: PaymentStatus;
  readonly paidAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Sums to the total if completed; empty if rejected. */
  readonly details: readonly { readonly loanId: number; readonly amount: Money }[];
}

export type Spread =
  | { readonly kind: 'applied'; readonly type: 'PaymentApplied'; readonly data: EventData<'PaymentApplied'> }
  | { readonly kind: 'rejected'; readonly type: 'PaymentRejected'; readonly data: EventData<'PaymentRejected'> }
  | { readonly kind: 'refused'; readonly code: 'customer_not_found' | 'paid_in_future' | 'too_many_loans' };

/** Spreads a payment over the debt. Inactive customers may pay; a payment above the debt is recorded as rejected. */
export function makePayment(account: PaymentAccount | null, request: NewPayment, id: number, nowMs: number): Spread {
  const paidAt = request.paid_at ?? new Date(nowMs);
  if (paidAt.getTime() > nowMs) return { kind: 'refused', code: 'paid_in_future' };
  if (account?.externalId == null) return { kind: 'refused', code: 'customer_not_found' };
  const payment = {
    customer_id: account.customerId,
    customer_external_id: account.externalId,
    payment_id: id,
    external_id: request.external_id,
    total_amount: formatMoney(request.total_amount),
    paid_at: isoTime(paidAt),
  };
  if (request.total_amount > account.owed) {
    return { kind: 'rejected', type: 'PaymentRejected', data: { ...payment, rejection_reason: 'exceeds_debt' } };
  }
  const parts = allocate(request.total_amount, account.loans);
  if (parts === null)
    throw new Error(`customer ${account.customerId} owes ${account.owed}, but the sum of its loans is less`);
  if (parts.length > PAYMENT_LOANS_MAX) return { kind: 'refused', code: 'too_many_loans' };
  const details = parts.map((part) => ({ loan_id: part.id, amount: formatMoney(part.amount) }));
  const paid_at = isoTime(request.paid_at ?? Math.max(nowMs, takenMsOf(account, parts)));
  return { kind: 'applied', type: 'PaymentApplied', data: { ...payment, paid_at, details } };
}

/** When the latest of the paid loans was taken, in ms, by the clock of loans, which may be ahead of the clock here. */
function takenMsOf({ loans }: PaymentAccount, parts: readonly Allocation<number>[]): number {
  const last = parts.at(-1)?.id;
  return loans.find(({ id }) => id === last)?.takenAtMs ?? 0;
}
