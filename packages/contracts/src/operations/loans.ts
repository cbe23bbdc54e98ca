import * as customers from '../rest/customers.ts';
import * as loans from '../rest/loans.ts';
import type { OperationEntry } from './operation.ts';

const rulesOfLoan = ['customer_not_found', 'customer_inactive', 'credit_limit_exceeded'] as const;

/** The operations of the loans service. */
export const loanOperations = {
  listCustomerLoans: {
    method: 'GET',
    path: '/api/customers/{customer_id}/loans',
    service: 'loans',
    scope: 'loans:read',
    summary: "List a customer's loans, newest first",
    params: customers.customerPath,
    query: loans.customerLoansQuery,
    answers: { 200: loans.loansPage },
    problems: ['not_found'],
    token: true,
  },
  takeLoan: {
    method: 'POST',
    path: '/api/loans',
    service: 'loans',
    scope: 'loans:write',
    summary: 'Take a loan, or request one with status pending',
    body: loans.newLoan,
    answers: { 201: loans.loan },
    problems: ['already_exists', ...rulesOfLoan, 'idempotency_key_reused'],
    token: true,
  },
  listLoans: {
    method: 'GET',
    path: '/api/loans',
    service: 'loans',
    scope: 'loans:read',
    summary: 'List loans, newest first',
    query: loans.loansQuery,
    answers: { 200: loans.loansPage },
    problems: [],
    token: 'filtered',
  },
  getLoan: {
    method: 'GET',
    path: '/api/loans/{loan_id}',
    service: 'loans',
    scope: 'loans:read',
    summary: 'Show a loan',
    params: loans.loanPath,
    answers: { 200: loans.loan },
    problems: ['not_found'],
    token: true,
  },
  activateLoan: {
    method: 'POST',
    path: '/api/loans/{loan_id}/activate',
    service: 'loans',
    scope: 'loans:write',
    summary: 'Activate a pending loan',
    params: loans.loanPath,
    body: loans.nothing,
    answers: { 200: loans.loan },
    problems: ['not_found', 'loan_not_pending', ...rulesOfLoan, 'idempotency_key_reused'],
    token: true,
  },
  rejectLoan: {
    method: 'POST',
    path: '/api/loans/{loan_id}/reject',
    service: 'loans',
    scope: 'loans:write',
    summary: 'Reject a pending loan, which frees its credit',
    params: loans.loanPath,
    body: loans.nothing,
    answers: { 200: loans.loan },
    problems: ['not_found', 'loan_not_pending', 'idempotency_key_reused'],
    token: true,
  },
} as const satisfies Record<string, OperationEntry>;
