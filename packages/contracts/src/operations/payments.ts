import * as customers from '../rest/customers.ts';
import * as payments from '../rest/payments.ts';
import type { OperationEntry } from './operation.ts';

/** The operations of the payments service. */
export const paymentOperations = {
  listCustomerPayments: {
    method: 'GET',
    path: '/api/customers/{customer_id}/payments',
    service: 'payments',
    scope: 'payments:read',
    summary: "List a customer's payments, newest first",
    params: customers.customerPath,
    query: payments.customerPaymentsQuery,
    answers: { 200: payments.paymentsPage },
    problems: ['not_found'],
    token: true,
  },
  makePayment: {
    method: 'POST',
    path: '/api/payments',
    service: 'payments',
    scope: 'payments:write',
    summary: 'Make a payment, spread over the active loans, oldest first',
    body: payments.newPayment,
    answers: { 201: payments.payment },
    problems: ['already_exists', 'customer_not_found', 'idempotency_key_reused'],
    token: true,
  },
  listPayments: {
    method: 'GET',
    path: '/api/payments',
    service: 'payments',
    scope: 'payments:read',
    summary: 'List payments, newest first',
    query: payments.paymentsQuery,
    answers: { 200: payments.paymentsPage },
    problems: [],
    token: 'filtered',
  },
  getPayment: {
    method: 'GET',
    path: '/api/payments/{payment_id}',
    service: 'payments',
    scope: 'payments:read',
    summary: 'Show a payment and its parts',
    params: payments.paymentPath,
    answers: { 200: payments.payment },
    problems: ['not_found'],
    token: true,
  },
} as const satisfies Record<string, OperationEntry>;
