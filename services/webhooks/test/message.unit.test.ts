import { webhookMessage } from '@mo/contracts';
import type { Delivery } from '../src/delivery/lanes.ts';
import { messageOf } from '../src/delivery/message.ts';

const loan = { customer_id: 42, customer_external_id: 'ada', loan_id: 7, external_id: 'loan-1', amount: '600.00' };
const delivery: Delivery = {
  id: '311',
  attempts: 0,
  ageMs: 0,
  eventId: 'loans-42-4',
  stream: 'loans',
  version: 4,
  type: 'LoanPaid',
  time: '2026-03-15T12:00:00.040Z',
  data: JSON.stringify(loan),
  traceparent: null,
};

it('a message has exactly the members that the contract describes', () => {
  const { id, body } = messageOf(delivery, null);
  expect(id).toBe('loans-42-4');
  const message = { type: 'LoanPaid', timestamp: '2026-03-15T12:00:00.040Z', sequence: 4, data: loan };
  expect(JSON.parse(body)).toEqual(message);
  expect(webhookMessage.parse(JSON.parse(body))).toEqual(message);
});
