/** The credit decision. Pure; the current time is a parameter. */
import { type EventData, isoTime, type NewLoan } from '@mo/contracts';
import { formatMoney, type Money } from '@mo/money';
import type { LoanAccount } from './account.ts';
import type { Loan } from './loan.ts';

export type Refusal =
  | { readonly code: 'customer_not_found' | 'customer_inactive' | 'loan_not_pending' | 'taken_in_future' }
  | { readonly code: 'credit_limit_exceeded'; readonly available: Money };

export type Credit =
  | { readonly granted: true; readonly type: 'LoanTaken'; readonly data: EventData<'LoanTaken'> }
  | { readonly granted: true; readonly type: 'LoanRequested'; readonly data: EventData<'LoanRequested'> }
  | { readonly granted: false; readonly refusal: Refusal };

/** The part of the credit line that is still available, never below zero; minor units. */
export const availableOf = (account: LoanAccount): Money =>
  account.debt < account.score ? account.score - account.debt : 0n;

/** Decides whether a new loan fits the credit line. A pending loan also uses credit. */
export function takeLoan(account: LoanAccount | null, request: NewLoan, id: number, nowMs: number): Credit {
  const takenAt = request.taken_at ?? new Date(nowMs);
  if (takenAt.getTime() > nowMs) return refuse({ code: 'taken_in_future' });
  if (account?.externalId == null) return refuse({ code: 'customer_not_found' });
  if (account.status !== 'active') return refuse({ code: 'customer_inactive' });
  if (account.debt + request.amount > account.score) {
    return refuse({ code: 'credit_limit_exceeded', available: availableOf(account) });
  }
  const terms = {
    customer_id: account.customerId,
    customer_external_id: account.externalId,
    loan_id: id,
    external_id: request.external_id,
    amount: formatMoney(request.amount),
    contract_version: request.contract_version,
    maximum_payment_date: isoTime(request.maximum_payment_date),
  };
  return request.status === 'pending'
    ? { granted: true, type: 'LoanRequested', data: { ...terms, taken_at: null } }
    : { granted: true, type: 'LoanTaken', data: { ...terms, taken_at: isoTime(takenAt), requested: false } };
}

/** Decides whether a pending loan may become active, as for a new loan, but its amount is already part of the debt. */
export function activateLoan(account: LoanAccount, loan: Loan, nowMs: number): Credit {
  if (loan.status !== 'pending') return refuse({ code: 'loan_not_pending' });
  if (account.externalId === null) return refuse({ code: 'customer_not_found' });
  if (account.status !== 'active') return refuse({ code: 'customer_inactive' });
  if (account.debt > account.score) return refuse({ code: 'credit_limit_exceeded', available: availableOf(account) });
  const data = {
    ...eventOf(account, loan),
    contract_version: loan.contractVersion,
    maximum_payment_date: isoTime(loan.maximumPaymentDate),
    taken_at: isoTime(nowMs),
    requested: true,
  };
  return { granted: true, type: 'LoanTaken', data };
}

/** The data of LoanRejected and LoanPaid. */
export function eventOf(account: LoanAccount, loan: Loan): EventData<'LoanRejected'> {
  return {
    customer_id: loan.customerId,
    customer_external_id: account.externalId ?? '',
    loan_id: loan.id,
    external_id: loan.externalId,
    amount: formatMoney(loan.amount),
  };
}

const refuse = (refusal: Refusal): Credit => ({ granted: false, refusal });
