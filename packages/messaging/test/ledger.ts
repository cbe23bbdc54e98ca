/**
 * The smallest service that there is, to try the protocol on: it writes loans, follows customers and payments, and keeps
 * the names of all events that took effect, in order.
 */
import { createHash } from 'node:crypto';
import type { SeenVersions, Stream, StreamEvent } from '@mo/contracts';
import { ProblemError, type RequestKey } from '@mo/service-kit';
import { type Account, type Command, type Decision, refuse, type StreamModel } from '../src/index.ts';

export interface Ledger extends Account {
  readonly externalId: string | null;
  readonly history: readonly string[];
}

export const NOW_MS = Date.UTC(2026, 0, 1);
export const NOW = new Date(NOW_MS).toISOString();
export const origin = { requestId: 'r1', traceparent: null };

export const ledgerOf = (customerId: number, more: Partial<Ledger> = {}): Ledger => ({
  customerId,
  version: 0,
  restricted: 0,
  applied: { customers: 0, payments: 0 },
  behind: {},
  lastTimeMs: 0,
  externalId: null,
  history: [],
  ...more,
});

export const nameOf = ({ stream, version }: StreamEvent): string => `${stream} ${version}`;

export const ledgerModel: StreamModel<Ledger> = {
  stream: 'loans',
  follows: ['customers', 'payments'],
  decidesOn: ['customers', 'payments'],
  unknown: ledgerOf,
  externalIdOf: (account) => account.externalId,
  evolve: (account, events) => ({
    ...account,
    externalId:
      events.findLast(({ stream }) => stream === 'customers')?.data.customer_external_id ?? account.externalId,
    history: [...account.history, ...events.map(nameOf)],
  }),
  react: (_before, event) =>
    event.type === 'PaymentApplied' ? [{ type: 'LoanPaid', data: loanPaid(event.customer_id) }] : [],
  restricts: (event) => event.type === 'LoanTaken',
};

const ofCustomer = (id: number) => ({ customer_id: id, customer_external_id: `customer-${id}` });
const loanPaid = (id: number) => ({ ...ofCustomer(id), loan_id: 1, external_id: 'l1', amount: '1.00' });
export const loanTaken = (id: number, loanId = 1) => ({
  ...loanPaid(id),
  loan_id: loanId,
  contract_version: null,
  maximum_payment_date: NOW,
  taken_at: NOW,
  requested: false,
});

const eventWith = (event: Pick<StreamEvent, 'stream' | 'type' | 'data'>, version: number, seen: SeenVersions) =>
  ({ ...event, customer_id: event.data.customer_id, version, seen, time: NOW, traceparent: null }) as StreamEvent;

/** A customer's event of a stream, with data that its contract takes; nothing follows from it. */
export function eventOf(stream: Stream, customerId: number, version: number, seen: SeenVersions = {}): StreamEvent {
  const data = ofCustomer(customerId);
  if (stream === 'customers') {
    const type = version === 1 ? ('CustomerRegistered' as const) : ('CustomerUpdated' as const);
    const customer = { ...data, status: 'active' as const, score: '1.00', preapproved_at: null };
    return eventWith({ stream, type, data: customer }, version, seen);
  }
  if (stream === 'loans') return eventWith({ stream, type: 'LoanTaken', data: loanTaken(customerId) }, version, seen);
  const payment = { ...data, payment_id: version, external_id: `p${version}`, total_amount: '1.00', paid_at: NOW };
  const rejected = { ...payment, rejection_reason: 'exceeds_debt' as const };
  return eventWith({ stream, type: 'PaymentRejected', data: rejected }, version, seen);
}

export const eventsOf = (stream: Stream, customerId: number, count: number): StreamEvent[] =>
  Array.from({ length: count }, (_, n) => eventOf(stream, customerId, n + 1));

/** A payment that the ledger reacts to, by a LoanPaid. */
export function paymentApplied(customerId: number, version: number, traceparent: string | null = null): StreamEvent {
  const { data } = eventOf('payments', customerId, version) as { data: Record<string, unknown> };
  const { rejection_reason: _none, ...payment } = data;
  const applied = { ...payment, details: [{ loan_id: 1, amount: '1.00' }] };
  return {
    ...eventOf('payments', customerId, version),
    type: 'PaymentApplied',
    data: applied,
    traceparent,
  } as StreamEvent;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
export const keyOf = (name: string, body = ''): RequestKey => ({ id: sha256(name), fingerprint: sha256(body) });

type Decide = Command<Ledger>['decide'];

/** Takes a loan, always. */
export const grant: Decide = (account, { id }) => ({
  events: [{ type: 'LoanTaken', data: loanTaken(account?.customerId ?? id, id) }],
  confirmBy: [],
  answer: (after) => ({ status: 201, body: { loan: id, version: after.version } }),
});

export const refusal = (confirmBy: readonly Stream[] = []): Decision<Ledger> =>
  refuse(new ProblemError('credit_limit_exceeded', 'too much'), origin, confirmBy);

export function commandOf(more: Partial<Command<Ledger>> = {}): Command<Ledger> {
  return {
    name: 'test',
    customer: { customerId: 1 },
    claims: null,
    needs: null,
    key: null,
    origin,
    decide: grant,
    ...more,
  };
}
