import type { OperationText } from '../text.ts';
import { idInvalid, LIMIT_INVALID, only } from '../text.ts';
import { lastPage, loan, loanAfterPayment, pendingLoan } from './story.ts';

const terms = { customer_external_id: 'ada', maximum_payment_date: '2027-01-31T00:00:00Z' };
const ofPath = { invalid: idInvalid('loan_id'), missing: `loan ${loan.id}` };

export const takeLoan: OperationText = {
  description: [
    'A loan is active at once: `outstanding` is its amount, and `taken_at` defaults to now. With `status: pending` the loan is only requested: it uses credit until it is activated or rejected.',
    "A loan is refused if its amount plus the customer's debt exceeds the score, or if the customer is inactive. Before a refusal, the latest state of the customer and its payments is fetched; if that is not possible, the answer is 503. A refused loan leaves its `external_id` free.",
    '`customer_id` or `customer_external_id` names the customer. If both are given, they must name the same customer.',
  ].join('\n\n'),
  request: {
    'application/json': {
      active: {
        summary: 'A loan',
        value: { external_id: 'loan-1', amount: '600.00', contract_version: '2026-1', ...terms },
      },
      pending: {
        summary: 'A requested loan',
        value: { external_id: 'loan-2', amount: '100.00', status: 'pending', ...terms },
      },
    },
  },
  answers: {
    201: {
      active: { summary: 'A loan', value: loan },
      pending: { summary: 'A requested loan', value: pendingLoan },
    },
  },
  invalid: { pointer: '/amount', in: 'body', code: 'invalid', detail: 'must be greater than zero' },
  taken: `loan ${loan.external_id}`,
};

export const listLoans: OperationText = {
  description: 'All loans, or those that match the filters. The page is empty if the customer does not exist.',
  answers: { 200: only('A requested loan, and one that is partly paid', lastPage(pendingLoan, loanAfterPayment)) },
  invalid: LIMIT_INVALID,
};

export const getLoan: OperationText = {
  description: 'The current state of the loan. `outstanding` is the amount still to be paid.',
  answers: { 200: only('A loan that is partly paid', loanAfterPayment) },
  ...ofPath,
};

const granted = {
  ...pendingLoan,
  status: 'active',
  taken_at: '2026-02-03T09:00:00.000Z',
  updated_at: '2026-02-03T09:00:00.000Z',
};

export const activateLoan: OperationText = {
  description:
    'Requires an active customer whose debt, including this loan, is within its score. If the activation is refused, the loan stays pending. `taken_at` becomes the current time. The body is empty or `{}`.',
  request: { 'application/json': only('An empty body', {}) },
  answers: { 200: only('The loan is active', granted) },
  ...ofPath,
};

export const rejectLoan: OperationText = {
  description: 'The loan no longer counts as debt. Its `outstanding` remains its amount. The body is empty or `{}`.',
  request: { 'application/json': only('An empty body', {}) },
  answers: {
    200: only('The loan is rejected', { ...pendingLoan, status: 'rejected', updated_at: '2026-02-03T09:00:00.000Z' }),
  },
  ...ofPath,
};
