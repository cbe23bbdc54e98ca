/**
 * Every operation of the REST API, once: its path, what it takes and answers, and which service serves it. The
 * services register their routes from this table, the gateway forwards by it, and OpenAPI is generated from it.
 */
import type { z } from 'zod';
import type { ProblemCode } from './problems.ts';
import * as customers from './rest/customers.ts';
import * as loans from './rest/loans.ts';
import * as payments from './rest/payments.ts';
import type { Stream } from './streams.ts';

export type Method = 'GET' | 'POST' | 'PATCH';

export interface Operation {
  readonly id: string;
  readonly method: Method;
  /** With parameters in braces, without a trailing slash. */
  readonly path: string;
  readonly service: Stream;
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** The JSON body; left out where there is none, or where it isn't plain JSON. */
  readonly body?: z.ZodType;
  /** A body that is read as a stream, of any size, in one of these media types. */
  readonly stream?: readonly string[];
  readonly answers: Readonly<Record<number, z.ZodType>>;
  readonly problems: readonly ProblemCode[];
  /** Whether the answer concerns one customer, and so carries a Consistency-Token. */
  readonly token: boolean;
}

const rulesOfLoan = ['customer_not_found', 'customer_inactive', 'credit_limit_exceeded'] as const;

export const operations = {
  createCustomer: {
    id: 'createCustomer',
    method: 'POST',
    path: '/api/customers',
    service: 'customers',
    summary: 'Register a customer with its credit line',
    body: customers.newCustomer,
    answers: { 201: customers.customer },
    problems: ['already_exists', 'idempotency_key_reused'],
    token: true,
  },
  listCustomers: {
    id: 'listCustomers',
    method: 'GET',
    path: '/api/customers',
    service: 'customers',
    summary: 'List customers, newest first',
    query: customers.customersQuery,
    answers: { 200: customers.customersPage },
    problems: [],
    token: false,
  },
  createCustomersInBulk: {
    id: 'createCustomersInBulk',
    method: 'POST',
    path: '/api/customers/bulk',
    service: 'customers',
    summary: 'Register many customers from a file, at any size',
    query: customers.bulkQuery,
    stream: ['text/csv', 'application/x-ndjson', 'application/json', 'multipart/form-data'],
    answers: { 200: customers.bulkSummary },
    problems: ['bulk_failed', 'unsupported_media_type'],
    token: false,
  },
  listBalances: {
    id: 'listBalances',
    method: 'GET',
    path: '/api/customers/balance',
    service: 'customers',
    summary: 'List balances, newest customer first',
    query: customers.balancesQuery,
    answers: { 200: customers.balancesPage },
    problems: [],
    token: false,
  },
  getCustomer: {
    id: 'getCustomer',
    method: 'GET',
    path: '/api/customers/{customer_id}',
    service: 'customers',
    summary: 'Show a customer',
    params: customers.customerPath,
    answers: { 200: customers.customer },
    problems: ['not_found'],
    token: true,
  },
  changeCustomer: {
    id: 'changeCustomer',
    method: 'PATCH',
    path: '/api/customers/{customer_id}',
    service: 'customers',
    summary: "Change a customer's score or status",
    params: customers.customerPath,
    body: customers.customerChange,
    answers: { 200: customers.customer, 202: customers.customer },
    problems: ['not_found', 'idempotency_key_reused'],
    token: true,
  },
  getBalance: {
    id: 'getBalance',
    method: 'GET',
    path: '/api/customers/{customer_id}/balance',
    service: 'customers',
    summary: "Show a customer's debt and what is available",
    params: customers.customerPath,
    answers: { 200: customers.balance },
    problems: ['not_found'],
    token: true,
  },
  getStatement: {
    id: 'getStatement',
    method: 'GET',
    path: '/api/customers/{customer_id}/statement',
    service: 'customers',
    summary: "List a customer's loans and payments, oldest first, with the running debt",
    params: customers.customerPath,
    query: customers.statementQuery,
    answers: { 200: customers.statementPage },
    problems: ['not_found'],
    token: true,
  },
  listCustomerLoans: {
    id: 'listCustomerLoans',
    method: 'GET',
    path: '/api/customers/{customer_id}/loans',
    service: 'loans',
    summary: "List a customer's loans, newest first",
    params: customers.customerPath,
    query: loans.customerLoansQuery,
    answers: { 200: loans.loansPage },
    problems: ['not_found'],
    token: true,
  },
  listCustomerPayments: {
    id: 'listCustomerPayments',
    method: 'GET',
    path: '/api/customers/{customer_id}/payments',
    service: 'payments',
    summary: "List a customer's payments, newest first",
    params: customers.customerPath,
    query: payments.customerPaymentsQuery,
    answers: { 200: payments.paymentsPage },
    problems: ['not_found'],
    token: true,
  },
  takeLoan: {
    id: 'takeLoan',
    method: 'POST',
    path: '/api/loans',
    service: 'loans',
    summary: 'Take a loan, or request one with status pending',
    body: loans.newLoan,
    answers: { 201: loans.loan },
    problems: ['already_exists', ...rulesOfLoan, 'idempotency_key_reused'],
    token: true,
  },
  listLoans: {
    id: 'listLoans',
    method: 'GET',
    path: '/api/loans',
    service: 'loans',
    summary: 'List loans, newest first',
    query: loans.loansQuery,
    answers: { 200: loans.loansPage },
    problems: [],
    token: false,
  },
  getLoan: {
    id: 'getLoan',
    method: 'GET',
    path: '/api/loans/{loan_id}',
    service: 'loans',
    summary: 'Show a loan',
    params: loans.loanPath,
    answers: { 200: loans.loan },
    problems: ['not_found'],
    token: true,
  },
  activateLoan: {
    id: 'activateLoan',
    method: 'POST',
    path: '/api/loans/{loan_id}/activate',
    service: 'loans',
    summary: 'Grant a pending loan',
    params: loans.loanPath,
    body: loans.nothing,
    answers: { 200: loans.loan },
    problems: ['not_found', 'loan_not_pending', ...rulesOfLoan, 'idempotency_key_reused'],
    token: true,
  },
  rejectLoan: {
    id: 'rejectLoan',
    method: 'POST',
    path: '/api/loans/{loan_id}/reject',
    service: 'loans',
    summary: 'Reject a pending loan, which frees its credit',
    params: loans.loanPath,
    body: loans.nothing,
    answers: { 200: loans.loan },
    problems: ['not_found', 'loan_not_pending', 'idempotency_key_reused'],
    token: true,
  },
  makePayment: {
    id: 'makePayment',
    method: 'POST',
    path: '/api/payments',
    service: 'payments',
    summary: 'Pay: spread over the active loans, oldest first',
    body: payments.newPayment,
    answers: { 201: payments.payment },
    problems: ['already_exists', 'customer_not_found', 'idempotency_key_reused'],
    token: true,
  },
  listPayments: {
    id: 'listPayments',
    method: 'GET',
    path: '/api/payments',
    service: 'payments',
    summary: 'List payments, newest first',
    query: payments.paymentsQuery,
    answers: { 200: payments.paymentsPage },
    problems: [],
    token: false,
  },
  getPayment: {
    id: 'getPayment',
    method: 'GET',
    path: '/api/payments/{payment_id}',
    service: 'payments',
    summary: 'Show a payment and how it was spread',
    params: payments.paymentPath,
    answers: { 200: payments.payment },
    problems: ['not_found'],
    token: true,
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
/** Whether an operation's effect is done once for an Idempotency-Key. */
export const isIdempotent = (operation: Operation): boolean => operation.method !== 'GET';

/** Whether an operation answers a page. */
export const isPaged = (operation: Operation): boolean => operation.method === 'GET' && operation.query !== undefined;
