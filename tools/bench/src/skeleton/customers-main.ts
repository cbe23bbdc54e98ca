/**
 * The skeleton's customers process. It serves control (c), a route at a balance's path that returns a constant of a
 * balance's size; the same route with an equally large read; and the balances of the skeleton's payments.
 */
import { RowsById, sqlOf } from '@mo/database';
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

interface Row {
  readonly customer_id: string;
  readonly external_id: string;
  readonly total_debt: string;
}
const ROWS = `SELECT a.customer_id, a.external_id, b.total_debt FROM accounts a JOIN balances b USING (customer_id)
  WHERE a.customer_id = ANY($1::bigint[])`;

const database = await follow('customers', followBalances);
const rows = new RowsById<Row>(sqlOf(database), ROWS, ({ customer_id }) => Number(customer_id));
await serve((app) => {
  const schema = { response: { 200: { type: 'object', properties } } };
  app.get<{ Params: { customer_id: string } }>('/api/customers/:customer_id', { schema }, async ({ params }) => ({
    ...BALANCE,
    ...(await rows.find(Number(params.customer_id))),
  }));
  app.get('/api/customers/:customer_id/balance', { schema }, () => BALANCE);
});
