// Generated from docs/api/openapi.json by `npm run generate`: changes are lost.

/** Where each operation is, and whether it has its effect once for an idempotency key. */
export const ROUTES = {
  activateLoan: { method: 'POST', path: '/api/loans/{loan_id}/activate', isKeyed: true },
  changeCustomer: { method: 'PATCH', path: '/api/customers/{customer_id}', isKeyed: true },
  createCustomer: { method: 'POST', path: '/api/customers', isKeyed: true },
  createCustomersInBulk: { method: 'POST', path: '/api/customers/bulk', isKeyed: true },
  createKey: { method: 'POST', path: '/api/keys', isKeyed: false },
  getBalance: { method: 'GET', path: '/api/customers/{customer_id}/balance', isKeyed: false },
  getCustomer: { method: 'GET', path: '/api/customers/{customer_id}', isKeyed: false },
  getKey: { method: 'GET', path: '/api/keys/{key_id}', isKeyed: false },
  getLoan: { method: 'GET', path: '/api/loans/{loan_id}', isKeyed: false },
  getPayment: { method: 'GET', path: '/api/payments/{payment_id}', isKeyed: false },
  getStatement: { method: 'GET', path: '/api/customers/{customer_id}/statement', isKeyed: false },
  listAudit: { method: 'GET', path: '/api/audit', isKeyed: false },
  listBalances: { method: 'GET', path: '/api/customers/balance', isKeyed: false },
  listCustomerLoans: { method: 'GET', path: '/api/customers/{customer_id}/loans', isKeyed: false },
  listCustomerPayments: { method: 'GET', path: '/api/customers/{customer_id}/payments', isKeyed: false },
  listCustomers: { method: 'GET', path: '/api/customers', isKeyed: false },
  listKeys: { method: 'GET', path: '/api/keys', isKeyed: false },
  listLoans: { method: 'GET', path: '/api/loans', isKeyed: false },
  listPayments: { method: 'GET', path: '/api/payments', isKeyed: false },
  makePayment: { method: 'POST', path: '/api/payments', isKeyed: true },
  rejectLoan: { method: 'POST', path: '/api/loans/{loan_id}/reject', isKeyed: true },
  revokeKey: { method: 'POST', path: '/api/keys/{key_id}/revoke', isKeyed: false },
  rotateKey: { method: 'POST', path: '/api/keys/{key_id}/rotate', isKeyed: false },
  takeLoan: { method: 'POST', path: '/api/loans', isKeyed: true },
} as const;
