/**
 * The examples tell one story: Ada gets a credit line of 1,000.00, takes a loan of 600.00, asks for another of 100.00,
 * and pays 250.00 back.
 */
import type { BalanceBody, CustomerBody, StatementEntryBody } from '../../../rest/customers.ts';
import type { LoanBody } from '../../../rest/loans.ts';
import type { PaymentBody } from '../../../rest/payments.ts';

export const CUSTOMER_ID = 42;
const LOAN_ID = 7;
const PENDING_ID = 8;
const PAYMENT_ID = 3;

export const ada: CustomerBody = {
  id: CUSTOMER_ID,
  external_id: 'ada',
  status: 'active',
  score: '1000.00',
  preapproved_at: null,
  created_at: '2026-01-31T09:30:00.000Z',
  updated_at: '2026-01-31T09:30:00.000Z',
};

export const loan: LoanBody = {
  id: LOAN_ID,
  external_id: 'loan-1',
  customer_id: CUSTOMER_ID,
  customer_external_id: 'ada',
  amount: '600.00',
  outstanding: '600.00',
  status: 'active',
  contract_version: '2026-1',
  maximum_payment_date: '2027-01-31T00:00:00.000Z',
  taken_at: '2026-02-01T10:00:00.000Z',
  created_at: '2026-02-01T10:00:00.000Z',
  updated_at: '2026-02-01T10:00:00.000Z',
};

export const pendingLoan: LoanBody = {
  ...loan,
  id: PENDING_ID,
  external_id: 'loan-2',
  amount: '100.00',
  outstanding: '100.00',
  status: 'pending',
  contract_version: null,
  taken_at: null,
  created_at: '2026-02-02T08:15:00.000Z',
  updated_at: '2026-02-02T08:15:00.000Z',
};

export const payment: PaymentBody = {
  id: PAYMENT_ID,
  external_id: 'payment-1',
  customer_id: CUSTOMER_ID,
  customer_external_id: 'ada',
  total_amount: '250.00',
  status: 'completed',
  rejection_reason: null,
  paid_at: '2026-03-01T12:00:00.000Z',
  details: [{ loan_id: LOAN_ID, loan_external_id: 'loan-1', amount: '250.00' }],
  created_at: '2026-03-01T12:00:00.000Z',
  updated_at: '2026-03-01T12:00:00.000Z',
};

/** More than the customer owes: recorded, without any other effect. */
export const rejectedPayment: PaymentBody = {
  ...payment,
  id: PAYMENT_ID + 1,
  external_id: 'payment-2',
  total_amount: '5000.00',
  status: 'rejected',
  rejection_reason: 'exceeds_debt',
  paid_at: '2026-03-01T12:05:00.000Z',
  details: [],
  created_at: '2026-03-01T12:05:00.000Z',
  updated_at: '2026-03-01T12:05:00.000Z',
};

/** After the payment; the pending loan holds credit as well. */
export const balance: BalanceBody = {
  customer_id: CUSTOMER_ID,
  external_id: 'ada',
  score: '1000.00',
  total_debt: '450.00',
  available_amount: '550.00',
};

export const statement: readonly StatementEntryBody[] = [
  { at: '2026-02-01T10:00:00.000Z', kind: 'loan', reference: 'loan-1', amount: '600.00', total_debt: '600.00' },
  { at: '2026-03-01T12:00:00.000Z', kind: 'payment', reference: 'payment-1', amount: '250.00', total_debt: '350.00' },
];

/** The loan after the payment was applied to it. */
export const loanAfterPayment: LoanBody = {
  ...loan,
  outstanding: '350.00',
  updated_at: '2026-03-01T12:00:00.040Z',
};

/** A page that has a next one, and a last page. */
export const firstPage = (...results: unknown[]) => ({ results, next_cursor: 'WzEsIlVtM1pfY0FfIiw0Ml0' });
export const lastPage = (...results: unknown[]) => ({ results, next_cursor: null });
