import { isoTime, type LoanBody } from '@mo/contracts';
import { formatMoney } from '@mo/money';
import type { Loan } from '../domain/loan.ts';

/** The API representation of a loan. */
export function presentLoan(loan: Loan, customerExternalId: string | null): LoanBody {
  return {
    id: loan.id,
    external_id: loan.externalId,
    customer_id: loan.customerId,
    customer_external_id: customerExternalId ?? '',
    amount: formatMoney(loan.amount),
    outstanding: formatMoney(loan.outstanding),
    status: loan.status,
    contract_version: loan.contractVersion,
    maximum_payment_date: isoTime(loan.maximumPaymentDate),
    taken_at: loan.takenAt && isoTime(loan.takenAt),
    created_at: isoTime(loan.createdAt),
    updated_at: isoTime(loan.updatedAt),
  };
}
