import type { EventData, StreamEvent } from '@mo/contracts';
import type { Payment } from '@mo/payments/model';
import { checkPayments } from '../src/oracle/agreement.ts';

const PAID_AT = '2026-01-02T03:04:05.000Z';
const of = (payment: number) => ({
  customer_id: 7,
  customer_external_id: 'customer',
  payment_id: payment,
  external_id: `payment ${payment}`,
  total_amount: '30.00',
  paid_at: PAID_AT,
});
const applied: EventData<'PaymentApplied'> = {
  ...of(1),
  details: [
    { loan_id: 4, amount: '10.00' },
    { loan_id: 5, amount: '20.00' },
  ],
};
const rejected: EventData<'PaymentRejected'> = { ...of(2), rejection_reason: 'exceeds_debt' };
const events = [
  { type: 'PaymentApplied', data: applied },
  { type: 'PaymentRejected', data: rejected },
] as unknown as StreamEvent[];

const row = (id: number, more: Partial<Payment> = {}): Payment => ({
  id,
  externalId: `payment ${id}`,
  customerId: 7,
  totalAmount: 3_000n,
  status: 'rejected',
  paidAt: new Date(PAID_AT),
  createdAt: new Date(PAID_AT),
  updatedAt: new Date(PAID_AT),
  details: [],
  ...more,
});
const DETAILS = [
  { loanId: 4, amount: 1_000n },
  { loanId: 5, amount: 2_000n },
];
const completed = (more: Partial<Payment> = {}) => row(1, { status: 'completed', details: DETAILS, ...more });

/** The rules that these rows violate. */
function brokenBy(...rows: Payment[]): string[] {
  const rules: string[] = [];
  const payments = new Map(rows.map((payment) => [payment.id, payment]));
  checkPayments((rule) => rules.push(rule), [{ streams: { customers: [], loans: [], payments: events } }], {
    payments,
  });
  return rules;
}

it('payments whose rows match their events break no rule', () => {
  expect(brokenBy(completed(), row(2))).toEqual([]);
});

it.each<[string, Partial<Payment>]>([
  ['customer', { customerId: 8 }],
  ['external_id', { externalId: 'payment 2' }],
  ['status', { status: 'rejected' }],
  ['total, and details that sum to it', { totalAmount: 1_000n, details: DETAILS.slice(0, 1) }],
  ['time', { paidAt: new Date(0) }],
  [
    'loan',
    {
      details: [
        { loanId: 4, amount: 1_000n },
        { loanId: 6, amount: 2_000n },
      ],
    },
  ],
  [
    'amounts',
    {
      details: [
        { loanId: 4, amount: 2_000n },
        { loanId: 5, amount: 1_000n },
      ],
    },
  ],
  ['details', { details: [] }],
])('a payment whose row has another %s is found', (_what, more) => {
  expect(brokenBy(completed(more), row(2))).toEqual(['a row matches its history']);
});

it('a rejected payment that was spread over loans is found', () => {
  expect(brokenBy(completed(), row(2, { details: DETAILS }))).toEqual(['a row matches its history']);
});

it('a payment without a row, and a row without a payment, are found', () => {
  expect(brokenBy(completed())).toContain('each payment has a row');
  expect(brokenBy(completed(), row(2), row(3))).toEqual(['each payment has a row']);
});
