import type { FieldError } from '../../../problems.ts';
import type { BulkError } from '../../../rest/customers.ts';
import type { OperationText } from '../text.ts';
import { idInvalid, LIMIT_INVALID, only } from '../text.ts';
import { ada, balance, firstPage, lastPage, loanAfterPayment, payment, pendingLoan, statement } from './story.ts';

const SCORE_INVALID: FieldError = {
  pointer: '/score',
  in: 'body',
  code: 'invalid',
  detail: 'must not have more than two decimals',
};
const ofPath = { invalid: idInvalid('customer_id'), missing: `customer ${ada.id}` };

export const createCustomer: OperationText = {
  description:
    'The score is the credit line: the most that the customer may owe. It may be 0. An inactive customer gets no loan, but may pay.',
  request: {
    'application/json': {
      least: { summary: 'Required members only', value: { external_id: 'ada', score: '1000.00' } },
      all: {
        summary: 'All members, with the amount as a number',
        value: { external_id: 'ada', score: 1000, status: 'active', preapproved_at: '2026-01-15T00:00:00Z' },
      },
    },
  },
  answers: { 201: only('The new customer', ada) },
  invalid: SCORE_INVALID,
  taken: `customer ${ada.external_id}`,
};

export const listCustomers: OperationText = {
  description: 'All customers, or those that match the filters. The page is empty if no customer matches.',
  answers: {
    200: {
      page: { summary: 'A page that is followed by others', value: firstPage(ada) },
      last: { summary: 'The last page', value: lastPage(ada) },
    },
  },
  invalid: LIMIT_INVALID,
};

const LINES = 'external_id,score,status,preapproved_at\nada,1000.00,active,\nbob,-5,active,\n';
const bulkErrors: BulkError[] = [
  { line: 3, external_id: 'bob', code: 'invalid_request', detail: 'score must not have a sign' },
];

export const createCustomersInBulk: OperationText = {
  description: [
    'The file is CSV (`external_id,score[,status][,preapproved_at]`, header line optional), NDJSON, a JSON array, or one such file in the field `file` of a form. It is read as it arrives, so it may have any size.',
    'Invalid and duplicate lines are reported, and the customers of the other lines are created, in chunks. With `atomic=true`, either all customers are created or none. Lines are numbered from 1, including the header line; in a JSON array, elements are numbered.',
    'The `Idempotency-Key` identifies the upload; bodies are not compared. An interrupted upload has created the customers of earlier chunks. If it is repeated with the same key, these lines count as created.',
  ].join('\n\n'),
  request: {
    'text/csv': only('A header line, a valid line and an invalid one', LINES),
    'application/x-ndjson': only(
      'One customer per line',
      '{"external_id":"ada","score":"1000.00"}\n{"external_id":"bob","score":"-5"}\n',
    ),
    'application/json': only('A list of customers', [
      { external_id: 'ada', score: '1000.00' },
      { external_id: 'bob', score: '20.50', status: 'inactive' },
    ]),
    'multipart/form-data': only('A form with one file', { file: LINES }),
  },
  answers: {
    200: {
      all: {
        summary: 'All customers were created',
        value: { received: 2, created: 2, failed: 0, errors: [], errors_truncated: false },
      },
      some: {
        summary: 'A line was invalid',
        value: { received: 2, created: 1, failed: 1, errors: bulkErrors, errors_truncated: false },
      },
    },
  },
  invalid: { pointer: '/atomic', in: 'query', code: 'invalid_value', detail: 'must be one of true, false' },
};

/** The members that the problem of a failed atomic upload has in addition. */
export const failedUpload = { received: 2, created: 0, failed: 1, errors: bulkErrors, errors_truncated: false };

export const listBalances: OperationText = {
  description: [
    'The debt of each customer, and the rest of its credit line. `total_debt` is the outstanding amount of active and pending loans; `available_amount` is never below 0.00.',
    'Without a `Consistency-Token`, balances may lack recent writes, as `GET /api/customers/{customer_id}/balance` describes.',
  ].join('\n\n'),
  answers: { 200: only('A page with one balance', lastPage(balance)) },
  invalid: LIMIT_INVALID,
};

export const getCustomer: OperationText = {
  description: 'The current state of the customer; with a `Consistency-Token`, at least the state of the token.',
  answers: { 200: only('A customer', ada) },
  ...ofPath,
};

export const changeCustomer: OperationText = {
  description:
    'The change is stored when the answer arrives. 200: the change is enforced, so that no loan is granted by the old score or status. 202: the change is not enforced yet, and a loan may still be granted by the old score or status. A repeated request is answered with 200 once the change is enforced.',
  request: {
    'application/json': {
      score: { summary: 'Another credit line', value: { score: '500.00' } },
      status: { summary: 'No more loans', value: { status: 'inactive' } },
    },
  },
  answers: {
    200: only('Stored and enforced', { ...ada, score: '500.00', updated_at: '2026-03-02T07:00:00.000Z' }),
    202: only('Stored, not yet enforced', { ...ada, score: '500.00', updated_at: '2026-03-02T07:00:00.000Z' }),
  },
  missing: ofPath.missing,
  invalid: SCORE_INVALID,
};

export const getBalance: OperationText = {
  description: [
    'A balance never counts a payment without the loans that it was spread over. With the `Consistency-Token` of an earlier answer, the balance reflects at least the state of that answer.',
    'Without a token, the balance may lack recent writes: usually those of some milliseconds, and those of up to about 70 seconds while Kafka is down.',
    '`total_debt` includes pending loans, which payments do not pay: a payment of `total_debt` is rejected if the customer has a pending loan. `GET /api/loans` with `status=active` lists the loans that can be paid.',
  ].join('\n\n'),
  answers: { 200: only('A balance', balance) },
  ...ofPath,
};

export const getStatement: OperationText = {
  description:
    'Sorted by the time at which each entry took effect. Loans appear once they are active; rejected payments never appear. `total_debt` is the running sum, and ends with the active debt. It is negative where a payment has a `paid_at` before the `taken_at` of the loans that it paid. `as_of` limits the statement to entries up to a time. Each page is computed when it is requested: if an entry with an earlier time is added between two pages, `total_debt` of later pages includes it.',
  answers: { 200: only('A loan and a payment', lastPage(...statement)) },
  ...ofPath,
};

export const listCustomerLoans: OperationText = {
  description: 'The loans of one customer in any status, with the same filters as the list of all loans.',
  answers: { 200: only('A requested loan, and one that is partly paid', lastPage(pendingLoan, loanAfterPayment)) },
  ...ofPath,
};

export const listCustomerPayments: OperationText = {
  description:
    'The payments of one customer, including rejected ones, with the same filters as the list of all payments.',
  answers: { 200: only('One payment', lastPage(payment)) },
  ...ofPath,
};
