/** The story of the OpenAPI document's examples, as events tell it. */
import type { EventData, EventType } from '../../events.ts';
import { ada, loan, payment, pendingLoan, rejectedPayment } from '../openapi/texts/story.ts';

const ofCustomer = { customer_id: ada.id, customer_external_id: ada.external_id };
const customer = { ...ofCustomer, status: ada.status, score: ada.score, preapproved_at: ada.preapproved_at };

const ofLoan = ({ id, external_id, amount }: typeof loan) => ({ ...ofCustomer, loan_id: id, external_id, amount });
const termsOf = ({ contract_version, maximum_payment_date }: typeof loan) => ({
  contract_version,
  maximum_payment_date,
});
const ofPayment = ({ id, external_id, total_amount, paid_at }: typeof payment) => ({
  ...ofCustomer,
  payment_id: id,
  external_id,
  total_amount,
  paid_at,
});

export const EXAMPLES: { readonly [T in EventType]: EventData<T> } = {
  CustomerRegistered: customer,
  CustomerUpdated: { ...customer, score: '500.00' },
  LoanTaken: { ...ofLoan(loan), ...termsOf(loan), taken_at: '2026-02-01T10:00:00.000Z', requested: false },
  LoanRequested: { ...ofLoan(pendingLoan), ...termsOf(pendingLoan), taken_at: null },
  LoanRejected: ofLoan(pendingLoan),
  LoanPaid: ofLoan(loan),
  PaymentApplied: {
    ...ofPayment(payment),
    details: payment.details.map(({ loan_id, amount }) => ({ loan_id, amount })),
  },
  PaymentRejected: { ...ofPayment(rejectedPayment), rejection_reason: 'exceeds_debt' },
};
