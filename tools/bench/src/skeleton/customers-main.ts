/**
 * In the place of customers: control (c), a route that answers a balance's path with a constant of a balance's size; and the balances
 * of the skeleton's payments.
 */
import { followBalances } from './follow.ts';
import { follow } from './parts.ts';
import { serve } from './serve.ts';

const text = { type: 'string' };
const properties = {
  customer_id: { type: 'integer' },
  external_id: text,
  score: text,
  total_debt: text,
  available_amount: text,
};
const BALANCE = {
  customer_id: 123_456,
  external_id: 'b0123456789-balance-10000-1',
  score: '9999999999.99',
  total_debt: '1000000.00',
  available_amount: '9998999999.99',
};

await follow('customers', followBalances);
await serve((app) => {
  const schema = { response: { 200: { type: 'object', properties } } };
  app.get('/api/customers/:customer_id/balance', { schema }, () => BALANCE);
});
