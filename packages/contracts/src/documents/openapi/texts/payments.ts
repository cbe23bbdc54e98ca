import type { OperationText } from '../text.ts';
import { idInvalid, LIMIT_INVALID, only } from '../text.ts';
import { lastPage, payment, rejectedPayment } from './story.ts';

export const makePayment: OperationText = {
  description: [
    "The amount is spread over the customer's active loans, the one that was taken first before the next, each as far as it goes; `details` says how. A loan that comes to 0 is paid. Inactive customers may pay.",
    'A payment of more than is owed on active loans is recorded and changes nothing: the answer is a 201 whose `status` is `rejected`, and it keeps its `external_id`. Pending loans are not paid, though the `total_debt` of a balance includes them.',
    'The customer is named by `customer_id` or `customer_external_id`; both must name the same one.',
  ].join('\n\n'),
  request: {
    'application/json': {
      now: {
        summary: 'A payment',
        value: { external_id: 'payment-1', customer_external_id: 'ada', total_amount: '250.00' },
      },
      earlier: {
        summary: 'One that was made before',
        value: { external_id: 'payment-1', customer_id: 42, total_amount: 250, paid_at: '2026-03-01T12:00:00Z' },
      },
    },
  },
  answers: {
    201: {
      completed: { summary: 'Spread over the loans', value: payment },
      rejected: { summary: 'More than is owed', value: rejectedPayment },
    },
  },
  invalid: { pointer: '/total_amount', in: 'body', code: 'invalid', detail: 'must be greater than zero' },
  taken: `payment ${payment.external_id}`,
};

export const listPayments: OperationText = {
  description: 'All payments, or those that the filters name. A customer that does not exist gives an empty page.',
  answers: { 200: only('A payment that changed nothing, and one that did', lastPage(rejectedPayment, payment)) },
  invalid: LIMIT_INVALID,
};

export const getPayment: OperationText = {
  description: 'The payment, and which loans got how much of it.',
  answers: { 200: only('A payment', payment) },
  invalid: idInvalid('payment_id'),
  missing: `payment ${payment.id}`,
};
