import type { OperationText } from '../text.ts';
import { idInvalid, LIMIT_INVALID, only } from '../text.ts';
import { lastPage, loan, loanAfterPayment, pendingLoan } from './story.ts';

const terms = { customer_external_id: 'ada', maximum_payment_date: '2027-01-31T00:00:00Z' };
const ofPath = { invalid: idInvalid('loan_id'), missing: `loan ${loan.id}` };

export const takeLoan: OperationText = {
  description: [
    'A loan is active from the start: `outstanding` is its amount, and `taken_at` is now unless it is given. With `status: pending` it is only requested: it holds credit until it is activated or rejected.',
    "It is refused where its amount with the customer's debt exceeds the score, or where the customer is inactive. Before a refusal, the latest state of the customer and of its payments is fetched; if that is not possible, the answer is 503. A refused loan leaves its `external_id` free.",
    'The customer is named by `customer_id` or `customer_external_id`; both must name the same one.',
  ].join('\n\n'),
  request: {
    'application/json': {
      active: {
        summary: 'A loan',
        value: { external_id: 'loan-1', amount: '600.00', contract_version: '2026-1', ...terms },
      },
      pending: {
        summary: 'Only requested',
        value: { external_id: 'loan-2', amount: '100.00', status: 'pending', ...terms },
      },
    },
  },
  answers: {
    201: {
      active: { summary: 'A loan', value: loan },
      pending: { summary: 'Only requested', value: pendingLoan },
    },
  },
  invalid: { pointer: '/amount', in: 'body', code: 'invalid', detail: 'must be greater than zero' },
  taken: `loan ${loan.external_id}`,
};

export const listLoans: OperationText = {
  description: 'All loans, or those that the filters name. A customer that does not exist gives an empty page.',
  answers: { 200: only('A loan that is paid in part, and one that waits', lastPage(pendingLoan, loanAfterPayment)) },
  invalid: LIMIT_INVALID,
};

export const getLoan: OperationText = {
  description: 'The loan as it is now. `outstanding` is what is left to pay of it.',
  answers: { 200: only('A loan that is paid in part', loanAfterPayment) },
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
    'A grant like any other: the customer must be active, and its debt, this loan included, within its score. Where it is refused the loan stays pending. `taken_at` is now. No body, or `{}`.',
  request: { 'application/json': only('An empty body', {}) },
  answers: { 200: only('The loan is active', granted) },
  ...ofPath,
};

export const rejectLoan: OperationText = {
  description: 'The loan counts as no debt any more. Its `outstanding` stays its amount. No body, or `{}`.',
  request: { 'application/json': only('An empty body', {}) },
  answers: {
    200: only('The loan is rejected', { ...pendingLoan, status: 'rejected', updated_at: '2026-02-03T09:00:00.000Z' }),
  },
  ...ofPath,
};
