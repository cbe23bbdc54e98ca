// Generated from docs/api/openapi.json by `npm run generate`: changes are lost.

/** Where each operation is. */
export const ROUTES = {
  activateLoan: { method: 'POST', path: '/api/loans/{loan_id}/activate' },
  changeCustomer: { method: 'PATCH', path: '/api/customers/{customer_id}' },
  createCustomer: { method: 'POST', path: '/api/customers' },
  createCustomersInBulk: { method: 'POST', path: '/api/customers/bulk' },
  getBalance: { method: 'GET', path: '/api/customers/{customer_id}/balance' },
  getCustomer: { method: 'GET', path: '/api/customers/{customer_id}' },
  getLoan: { method: 'GET', path: '/api/loans/{loan_id}' },
  getPayment: { method: 'GET', path: '/api/payments/{payment_id}' },
  getStatement: { method: 'GET', path: '/api/customers/{customer_id}/statement' },
  listBalances: { method: 'GET', path: '/api/customers/balance' },
  listCustomerLoans: { method: 'GET', path: '/api/customers/{customer_id}/loans' },
  listCustomerPayments: { method: 'GET', path: '/api/customers/{customer_id}/payments' },
  listCustomers: { method: 'GET', path: '/api/customers' },
  listLoans: { method: 'GET', path: '/api/loans' },
  listPayments: { method: 'GET', path: '/api/payments' },
  makePayment: { method: 'POST', path: '/api/payments' },
  rejectLoan: { method: 'POST', path: '/api/loans/{loan_id}/reject' },
  takeLoan: { method: 'POST', path: '/api/loans' },
} as const;
