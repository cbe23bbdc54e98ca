import { customerNameOf, eventLine, readEvent } from '../src/events/event.ts';

const headers = { ce_id: 'loans-7-2', ce_type: 'LoanTaken', ce_time: '2026-01-31T09:30:00.000Z', ce_subject: '7' };
const message = (value: string | null, more: Record<string, string> = {}) => ({
  key: Buffer.from('7'),
  value: value === null ? null : Buffer.from(value),
  timestamp: '0',
  attributes: 0,
  offset: '4',
  headers: { ...headers, ce_sequence: '2', ce_seen: 'customers=1', ...more },
});

it('an event is shown as a line without control characters, and complete as JSON', () => {
  const event = readEvent(
    'mo.loans',
    3,
    message('{"customer_external_id":"ada","amount":"6.00","note":"\\u001b[2J","x":null}'),
  );
  expect(eventLine(event)).toBe(
    '2026-01-31T09:30:00.000Z  LoanTaken           customer 7 (ada)  version 2  amount=6.00 note=?[2J',
  );
  expect(event).toMatchObject({ topic: 'mo.loans', partition: 3, offset: '4', version: 2, seen: 'customers=1' });
  expect(customerNameOf(event)).toBe('ada');
});

it('a message that is not a valid event is shown as far as it can be read', () => {
  const event = readEvent('mo.loans', 0, { ...message('text'), headers: {} });
  expect(event).toMatchObject({ type: null, customer_id: 7, version: null, data: 'text' });
  expect(eventLine(event)).toMatch(/^no time {2}mo.loans +customer 7 {2}version \?$/);
  expect(customerNameOf(readEvent('t', 0, message(null)))).toBeNull();
});
