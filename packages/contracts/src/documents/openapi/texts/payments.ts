import type { OperationText } from '../text.ts';
import { idInvalid, LIMIT_INVALID, only } from '../text.ts';
import { lastPage, payment, rejectedPayment } from './story.ts';

export const makePayment: OperationText = {
  description: [
    "The amount is spread over the customer's active loans, oldest first; each loan is paid in full before the next. `details` lists the parts. A loan whose outstanding becomes 0 is paid. Inactive customers may pay.",
    'A payment that exceeds the debt on active loans is recorded but changes nothing: the answer is a 201 with the `status` `rejected`, and the payment keeps its `external_id`. Payments do not pay pending loans, although the `total_debt` of a balance includes them.',
    '`customer_id` or `customer_external_id` names the customer. If both are given, they must name the same customer.',
  ].join('\n\n'),
  request: {
    'application/json': {
      now: {
        summary: 'A payment',
        value: { external_id: 'payment-1', customer_external_id: 'ada', total_amount: '250.00' },
      },
      earlier: {
        summary: 'A payment that was made earlier',
        value: { external_id: 'payment-1', customer_id: 42, total_amount: 250, paid_at: '2026-03-01T12:00:00Z' },
      },
    },
  },
  answers: {
    201: {
      completed: { summary: 'Spread over the loans', value: payment },
      rejected: { summary: 'Exceeds the debt', value: rejectedPayment },
    },
  },
  invalid: { pointer: '/total_amount', in: 'body', code: 'invalid', detail: 'must be greater than zero' },
  taken: `payment ${payment.external_id}`,
};

export const listPayments: OperationText = {
  description: 'All payments, or those that match the filters. The page is empty if the customer does not exist.',
  answers: { 200: only('A rejected payment, and a completed one', lastPage(rejectedPayment, payment)) },
  invalid: LIMIT_INVALID,
};

export const getPayment: OperationText = {
  description: 'The payment, and its part for each loan.',
  answers: { 200: only('A payment', payment) },
  invalid: idInvalid('payment_id'),
  missing: `payment ${payment.id}`,
};
