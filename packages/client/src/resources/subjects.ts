/** Whose a row of the API is. */
import type { Subject } from '../tokens.ts';
import type { Balance, Customer, Loan, Payment } from '../types.ts';

export const ofCustomer = ({ id, external_id }: Customer): Subject => ({ customerId: id, customer: external_id });
export const ofBalance = ({ customer_id, external_id }: Balance): Subject => ({
  customerId: customer_id,
  customer: external_id,
});
export const ofLoan = ({ id, ...loan }: Loan): Subject => ({ ...namedIn(loan), loanId: id });
export const ofPayment = (payment: Payment): Subject => namedIn(payment);

/** Whom the body or the filters of a request name. */
export const namedIn = ({ customer_id, customer_external_id }: CustomerNames): Subject => ({
  customerId: customer_id,
  customer: customer_external_id,
});

interface CustomerNames {
  readonly customer_id?: number | undefined;
  readonly customer_external_id?: string | undefined;
}
