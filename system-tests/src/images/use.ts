/**
 * `npm run check:ops -- images`: uses the system at MO_URL with the key MO_API_KEY, as a caller of the API would. Exit
 * code 1 if an answer is not as expected.
 */
import assert from 'node:assert/strict';
import { MoClient } from '@mo/client';

const { MO_URL: url = '', MO_API_KEY: apiKey = '' } = process.env;
/** The last two are pages of the gateway; the reference is loaded from a package only when somebody asks for it. */
const PATHS = ['/readyz', '/docs', '/docs/events'];

for (const path of PATHS) {
  const { status } = await fetch(new URL(path, url));
  assert.equal(status, 200, `GET ${path}`);
}
const mo = new MoClient({ url, apiKey });
const { id: customer_id } = await mo.customers.create({ external_id: 'ada', score: '1000.00' });
const maximum_payment_date = '2030-01-01T00:00:00Z';
const loan = await mo.loans.take({ external_id: 'loan-1', customer_id, amount: '300.00', maximum_payment_date });
const payment = await mo.payments.make({ external_id: 'payment-1', customer_id, total_amount: '100.00' });
const { total_debt, available_amount } = await mo.customers.balance(customer_id);
assert.deepEqual(
  { loan: loan.status, payment: payment.status, total_debt, available_amount },
  { loan: 'active', payment: 'completed', total_debt: '200.00', available_amount: '800.00' },
);
process.stdout.write('a customer, a loan, a payment and the balance are as expected\n');
