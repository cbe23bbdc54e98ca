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
    'The score is the credit line: what the customer may owe at once. It may be 0. An inactive customer gets no loan, but may pay.',
  request: {
    'application/json': {
      least: { summary: 'The least that is needed', value: { external_id: 'ada', score: '1000.00' } },
      all: {
        summary: 'All members; an amount may be a number, too',
        value: { external_id: 'ada', score: 1000, status: 'active', preapproved_at: '2026-01-15T00:00:00Z' },
      },
    },
  },
  answers: { 201: only('The new customer', ada) },
  invalid: SCORE_INVALID,
  taken: `customer ${ada.external_id}`,
};

export const listCustomers: OperationText = {
  description: 'All customers, or those that the filters name. A filter that fits nobody gives an empty page.',
  answers: {
    200: {
      page: { summary: 'A page with more after it', value: firstPage(ada) },
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
    'The file is CSV (`external_id,score[,status][,preapproved_at]`, header line optional), NDJSON, a JSON array, or one such file in `file` of a form. It is read as it arrives, so it may be of any size.',
    'A bad or duplicate line is reported and the rest goes in, committed in chunks. With `atomic=true` it is all or nothing. Lines count from 1, the header line included; in a JSON array they are places in it.',
    'The `Idempotency-Key` names the upload, and bodies are not compared: one that was cut off has created what came before the cut, and sent again under the same key it counts those lines as created.',
  ].join('\n\n'),
  request: {
    'text/csv': only('A header line, a good line and a bad one', LINES),
    'application/x-ndjson': only(
      'One customer a line',
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
        summary: 'Everything went in',
        value: { received: 2, created: 2, failed: 0, errors: [], errors_truncated: false },
      },
      some: {
        summary: 'A line was bad',
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
    'What each customer owes and what is left of its credit line. `total_debt` counts what is outstanding of active and pending loans; `available_amount` is never below 0.00.',
    'Without a `Consistency-Token`, balances may lack recent writes, as `GET /api/customers/{customer_id}/balance` describes.',
  ].join('\n\n'),
  answers: { 200: only('A page of one balance', lastPage(balance)) },
  invalid: LIMIT_INVALID,
};

export const getCustomer: OperationText = {
  description: 'The customer as it is now. With a `Consistency-Token`, at least as the token has seen it.',
  answers: { 200: only('A customer', ada) },
  ...ofPath,
};

export const changeCustomer: OperationText = {
  description:
    'The change is stored when the answer comes. 200: it is enforced, so no loan is granted any more against what it took away. 202: it is not enforced yet, and a loan may still be granted against the old score or status. The same request sent again answers 200 once the change is enforced.',
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
    'A balance never counts a payment without the loans that the payment was spread over. With the `Consistency-Token` of an earlier answer it reflects at least what that answer reflects.',
    'Without a token it may lack recent writes: usually of some milliseconds, and of up to about 70 seconds while Kafka is down.',
    '`total_debt` includes pending loans, which a payment does not pay: a payment of `total_debt` is rejected where the customer has a pending loan. `GET /api/loans` with `status=active` gives what can be paid.',
  ].join('\n\n'),
  answers: { 200: only('A balance', balance) },
  ...ofPath,
};

export const getStatement: OperationText = {
  description:
    'By the time at which each took effect. A loan enters when it is active, a rejected payment never does; `total_debt` is the running sum, and ends at the active debt. `as_of` gives the statement of a moment.',
  answers: { 200: only('A loan and a payment', lastPage(...statement)) },
  ...ofPath,
};

export const listCustomerLoans: OperationText = {
  description: "The loans of one customer, whatever their status. The same filters as for all customers' loans.",
  answers: { 200: only('A loan that is paid in part, and one that waits', lastPage(pendingLoan, loanAfterPayment)) },
  ...ofPath,
};

export const listCustomerPayments: OperationText = {
  description: "The payments of one customer, rejected ones included. The same filters as for all customers' payments.",
  answers: { 200: only('One payment', lastPage(payment)) },
  ...ofPath,
};
