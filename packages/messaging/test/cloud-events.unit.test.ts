import { EVENT_TYPES, type EventType, STREAMS, type StreamEvent, streamEvent } from '@mo/contracts';
import { eventHeaders } from '@mo/contracts/documents';
import fc from 'fast-check';
import { fromMessage, type IncomingMessage, identityOf, toMessage } from '../src/index.ts';
import { eventOf, paymentApplied } from './ledger.ts';

/** A message as it comes off the topic when it was sent as the outbox has it. */
function sent(event: StreamEvent): Omit<IncomingMessage, 'raw'> {
  const { customer_id, version, type, data, seen, time, traceparent } = event;
  const message = toMessage(event.stream, {
    customer_id: String(customer_id),
    version: String(version),
    type,
    data: JSON.stringify(data),
    seen: JSON.stringify(seen),
    time,
    traceparent,
  });
  return { ...message, topic: `mo.${event.stream}`, partition: 0, offset: '0' };
}

const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const version = fc.integer({ min: 1, max: 999_999_999_999_999 });
const name = fc.string({ unit: fc.constantFrom('a', 'ü', '"', '\\', ',', '=', '€', '𝄞'), minLength: 1, maxLength: 20 });
const money = fc.integer({ min: 0, max: 999_999_999 }).map((cents) => (cents / 100).toFixed(2));
const time = fc
  .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: length - 1, maxLength: length - 1 });
const trace = fc.tuple(hex(32), hex(16)).map(([traceId, spanId]) => `00-${traceId}1-${spanId}1-01`);
const seen = fc.record(Object.fromEntries(STREAMS.map((stream) => [stream, version])), { requiredKeys: [] });

const customer = { customer_id: id, customer_external_id: name };
const update = fc.record({
  ...customer,
  status: fc.constantFrom('active', 'inactive'),
  score: money,
  preapproved_at: fc.option(time),
});
const loan = { ...customer, loan_id: id, external_id: name, amount: money };
const terms = { contract_version: fc.option(name), maximum_payment_date: time };
const payment = { ...customer, payment_id: id, external_id: name, total_amount: money, paid_at: time };
const data: Record<EventType, fc.Arbitrary<unknown>> = {
  CustomerRegistered: update,
  CustomerUpdated: update,
  LoanTaken: fc.record({ ...loan, ...terms, taken_at: time, requested: fc.boolean() }),
  LoanRequested: fc.record({ ...loan, ...terms, taken_at: fc.constant(null) }),
  LoanRejected: fc.record(loan),
  LoanPaid: fc.record(loan),
  PaymentApplied: fc.record({
    ...payment,
    details: fc.array(fc.record({ loan_id: id, amount: money }), { minLength: 1, maxLength: 3 }),
  }),
  PaymentRejected: fc.record({ ...payment, rejection_reason: fc.constant('exceeds_debt') }),
};
const types = Object.keys(data) as EventType[];
const anyEvent = fc.constantFrom(...types).chain((type) =>
  fc.record({ body: data[type], version, seen, time, traceparent: fc.option(trace) }).map(
    ({ body, ...context }) =>
      ({
        ...context,
        type,
        stream: EVENT_TYPES[type].stream,
        customer_id: (body as { customer_id: number }).customer_id,
        data: body,
      }) as StreamEvent,
  ),
);

it('every event is read back from its message unchanged, and conforms to its contract', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      expect(fromMessage(event.stream, sent(event))).toEqual(event);
      expect(streamEvent.parse(event)).toEqual(event);
      const { headers } = sent(event);
      expect(eventHeaders(event.type).parse(headers)).toEqual(headers);
    }),
  );
});

it('a message is a CloudEvent of the Kafka binding, in binary mode', () => {
  const event = { ...paymentApplied(7, 3, 'trace'), seen: { loans: 2, customers: 1 } } as StreamEvent;
  const { key, value, headers } = sent(event);
  expect(key).toBe('7');
  expect(JSON.parse(value ?? '')).toEqual(event.data);
  expect(headers).toEqual({
    ce_specversion: '1.0',
    ce_id: 'payments-7-3',
    ce_source: '/mo/payments',
    ce_type: 'PaymentApplied',
    ce_time: event.time,
    ce_subject: '7',
    ce_sequence: '3',
    ce_seen: 'customers=1,loans=2',
    ce_dataschema: 'urn:mo:event:PaymentApplied:1',
    ce_traceparent: 'trace',
    'content-type': 'application/json',
  });
});

it('an absent member of an event has no header', () => {
  const { headers } = sent(eventOf('customers', 1, 1));
  expect(Object.keys(headers)).not.toContain('ce_seen');
  expect(Object.keys(headers)).not.toContain('ce_traceparent');
});

const SCHEMA_RULE = 'ce_dataschema is not urn:mo:event:PaymentApplied:1';

describe('the fault of a message that cannot be parsed names', () => {
  const good = sent(paymentApplied(7, 3));
  const understood = (message: Omit<IncomingMessage, 'raw'>) => fromMessage('payments', message);

  it.each([
    ['ce_specversion', '0.3', 'ce_specversion is 0.3, not 1.0'],
    ['ce_specversion', undefined, 'ce_specversion is missing, not 1.0'],
    ['ce_seen', 'loans:1', 'ce_seen is not a list of versions'],
    ['ce_seen', 'orders=1', 'ce_seen is not a list of versions'],
    ['ce_seen', 'loans=-1', 'ce_seen is not a list of versions'],
    ['ce_subject', 'seven', /^ce_subject: /],
    ['ce_subject', undefined, /^ce_subject: /],
    ['ce_subject', '', /^ce_subject: /],
    ['ce_subject', '8', 'ce_subject is not the customer_id of the data'],
    ['ce_sequence', '0', /^ce_sequence: /],
    ['ce_sequence', '1.5', /^ce_sequence: /],
    ['ce_sequence', undefined, /^ce_sequence: /],
    ['ce_type', 'PaymentLost', /^ce_type: /],
    ['ce_type', undefined, /^ce_type: /],
    ['ce_time', 'yesterday', /^ce_time: /],
    ['ce_time', undefined, /^ce_time: /],
    ['ce_id', 'payments-8-3', 'ce_id is not payments-7-3'],
    ['ce_id', 'payments-7-4', 'ce_id is not payments-7-3'],
    ['ce_id', 'loans-7-3', 'ce_id is not payments-7-3'],
    ['ce_id', undefined, 'ce_id is not payments-7-3'],
    ['ce_source', '/mo/loans', 'ce_source is not /mo/payments'],
    ['ce_source', undefined, 'ce_source is not /mo/payments'],
    ['ce_dataschema', 'urn:mo:event:PaymentApplied:2', SCHEMA_RULE],
    ['ce_dataschema', 'urn:mo:event:PaymentRejected:1', SCHEMA_RULE],
    ['ce_dataschema', undefined, SCHEMA_RULE],
    ['content-type', 'text/xml', 'content-type is not application/json'],
    ['content-type', 'application/jsonl', 'content-type is not application/json'],
    ['content-type', undefined, 'content-type is not application/json'],
  ])('%s, if it is %j', (header, text, sentence) => {
    const { [header]: _one, ...others } = good.headers;
    const answer = understood({ ...good, headers: text === undefined ? others : { ...others, [header]: text } });
    expect(answer).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  });

  it.each(['8', '07', '', null])('the key, if it is not the customer: %j', (key) => {
    expect(understood({ ...good, key })).toBe('the key is not the customer id in ce_subject');
  });

  it.each([null, '', '{"customer_id":', 'hello'])('the data, if it is not JSON: %j', (value) => {
    expect(understood({ ...good, value })).toBe('the data is not JSON');
  });

  it('the data, if it is not UTF-8, but otherwise JSON', () => {
    const value = Buffer.from((good.value ?? '').replace('customer-7', 'customer-\u00ff'), 'latin1');
    const raw = { key: null, value, headers: {} };
    expect(fromMessage('payments', { ...good, value: value.toString(), raw })).toBe('the data is not UTF-8');
  });

  it('each member of the data that breaks the contract', () => {
    const value = JSON.stringify({ ...JSON.parse(good.value ?? ''), total_amount: 1, details: [] });
    expect(understood({ ...good, value })).toMatch(/^data\.total_amount: .+; data\.details: /);
  });

  it('an amount below zero, which no event has', () => {
    const value = JSON.stringify({ ...JSON.parse(good.value ?? ''), total_amount: '-1.00' });
    expect(understood({ ...good, value })).toMatch(/^data\.total_amount: /);
  });

  it('the stream, if the type belongs to another one', () => {
    expect(fromMessage('loans', good)).toMatch(/^stream: .*"payments"/);
  });
});

describe('a message is parsed', () => {
  const good = sent(paymentApplied(7, 3));

  it('with members that this version does not know', () => {
    const value = JSON.stringify({ ...JSON.parse(good.value ?? ''), currency: 'EUR' });
    expect(fromMessage('payments', { ...good, value })).toMatchObject({ version: 3 });
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json ;q'])('as %j', (type) => {
    const message = { ...good, headers: { ...good.headers, 'content-type': type } };
    expect(fromMessage('payments', message)).toMatchObject({ version: 3 });
  });

  it.each(['', 'x"y', '00-short-01'])('without an invalid trace context: %j', (text) => {
    const message = { ...good, headers: { ...good.headers, ce_traceparent: text } };
    expect(fromMessage('payments', message)).toMatchObject({ version: 3, traceparent: null });
  });
});

describe('the identity of a message', () => {
  it.each([
    [{ ce_subject: '7', ce_sequence: '3' }, '8', { customerId: 7, version: 3 }],
    [{ ce_subject: 'seven' }, '8', { customerId: 8, version: null }],
    [{ ce_sequence: '03' }, '8', { customerId: 8, version: null }],
    [{ ce_sequence: '9999999999999999' }, '-8', { customerId: null, version: null }],
    [{ ce_subject: '9007199254740993' }, null, { customerId: null, version: null }],
    [{}, '0', { customerId: null, version: null }],
  ])('is read from headers %j and key %j', (headers: Record<string, string>, key, identity) => {
    expect(identityOf({ headers, key })).toEqual(identity);
  });
});

it('an event of a type that this version does not know is sent unchanged', () => {
  const row = { customer_id: '7', version: '3', data: '{"loan_id":1}', seen: '{}', time: '2026-01-01T00:00:00.000Z' };
  expect(toMessage('loans', { ...row, type: 'LoanRestructured', traceparent: null })).toMatchObject({
    key: '7',
    value: '{"loan_id":1}',
    headers: { ce_type: 'LoanRestructured', ce_dataschema: 'urn:mo:event:LoanRestructured:1' },
  });
});
