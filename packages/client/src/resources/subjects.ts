/** The customer that owns a row of the API, and the customer that a request names. */
import type { Ownership, Subject } from '../tokens.ts';
import type { Balance, Customer, Loan, Payment } from '../types.ts';

export const ofCustomer = ({ id, external_id }: Customer): Ownership => ({ customerId: id, customer: external_id });
export const ofBalance = ({ customer_id, external_id }: Balance): Ownership => ({
  customerId: customer_id,
  customer: external_id,
});
export const ofLoan = ({ id, ...loan }: Loan): Ownership => ({ ...namedIn(loan), loanIds: [id] });
export const ofPayment = ({ details, ...payment }: Payment): Ownership => ({
  ...namedIn(payment),
  loanIds: details.map(({ loan_id }) => loan_id),
});

/** The customer that the body or the filters of a request name. */
export const namedIn = ({ customer_id, customer_external_id }: CustomerNames): Subject => ({
  customerId: customer_id,
  customer: customer_external_id,
});

interface CustomerNames {
  readonly customer_id?: number | undefined;
  readonly customer_external_id?: string | undefined;
}
