/** The data of events of loans and payments. */
import type { CustomerBody, EventData } from '@mo/contracts';

type Named = Pick<CustomerBody, 'id' | 'external_id'>;

let lastResource = 0;

/** A loan of 100.00, taken now. */
export function loanTaken(customer: Named, more: Partial<EventData<'LoanTaken'>> = {}): EventData<'LoanTaken'> {
  lastResource += 1;
  return {
    customer_id: customer.id,
    customer_external_id: customer.external_id,
    loan_id: lastResource,
    external_id: `loan-${lastResource}`,
    amount: '100.00',
    contract_version: null,
    maximum_payment_date: '2030-01-01T00:00:00.000Z',
    taken_at: new Date().toISOString(),
    requested: false,
    ...more,
  };
}

/** A payment of 10.00, made now. */
export function paymentApplied(
  customer: Named,
  more: Partial<EventData<'PaymentApplied'>> = {},
): EventData<'PaymentApplied'> {
  lastResource += 1;
  const total_amount = more.total_amount ?? '10.00';
  return {
    customer_id: customer.id,
    customer_external_id: customer.external_id,
    payment_id: lastResource,
    external_id: `payment-${lastResource}`,
    total_amount,
    paid_at: new Date().toISOString(),
    details: [{ loan_id: 1, amount: total_amount }],
    ...more,
  };
}
