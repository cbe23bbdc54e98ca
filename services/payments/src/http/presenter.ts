import { isoTime, type PaymentBody } from '@mo/contracts';
import { formatMoney } from '@mo/money';
import type { PaymentAccount } from '../domain/account.ts';
import type { Payment } from '../domain/payment.ts';

/** The API representation of a payment that the batch has made. */
export function presentPayment(account: PaymentAccount, paymentId: number): PaymentBody {
  const payment = account.payments.get(paymentId);
  if (payment === undefined) throw new Error(`payment ${paymentId} is not in the batch`);
  const names = new Map(account.loans.map((loan) => [loan.id, loan.externalId]));
  return paymentBody(payment, account.externalId, (loanId) => names.get(loanId));
}

/** The API representation of a payment. */
export function paymentBody(
  payment: Payment,
  customerExternalId: string | null | undefined,
  nameOf: (loanId: number) => string | undefined,
): PaymentBody {
  return {
    id: payment.id,
    external_id: payment.externalId,
    customer_id: payment.customerId,
    customer_external_id: customerExternalId ?? '',
    total_amount: formatMoney(payment.totalAmount),
    status: payment.status,
    rejection_reason: payment.status === 'rejected' ? 'exceeds_debt' : null,
    paid_at: isoTime(payment.paidAt),
    details: payment.details.map(({ loanId, amount }) => ({
      loan_id: loanId,
      loan_external_id: nameOf(loanId) ?? '',
      amount: formatMoney(amount),
    })),
    created_at: isoTime(payment.createdAt),
    updated_at: isoTime(payment.updatedAt),
  };
}
