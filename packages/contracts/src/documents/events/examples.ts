/** Example events: the same story as in the examples of the OpenAPI document. */
import type { z } from 'zod';
import { dataSchemaOf, EVENT_TYPES, type EventData, type EventType } from '../../events.ts';
import { EVENT_SOURCES } from '../../streams.ts';
import { ada, loan, payment, pendingLoan, rejectedPayment } from '../openapi/texts/story.ts';
import type { eventHeaders } from './headers.ts';

const ofCustomer = { customer_id: ada.id, customer_external_id: ada.external_id };
const customer = { ...ofCustomer, status: ada.status, score: ada.score, preapproved_at: ada.preapproved_at };

const ofLoan = ({ id, external_id, amount }: typeof loan) => ({ ...ofCustomer, loan_id: id, external_id, amount });
const termsOf = ({ contract_version, maximum_payment_date }: typeof loan) => ({
  contract_version,
  maximum_payment_date,
});
const ofPayment = ({ id, external_id, total_amount, paid_at }: typeof payment) => ({
  ...ofCustomer,
  payment_id: id,
  external_id,
  total_amount,
  paid_at,
});

export const EXAMPLES: { readonly [T in EventType]: EventData<T> } = {
  CustomerRegistered: customer,
  CustomerUpdated: { ...customer, score: '500.00' },
  LoanTaken: { ...ofLoan(loan), ...termsOf(loan), taken_at: '2026-02-01T10:00:00.000Z', requested: false },
  LoanRequested: { ...ofLoan(pendingLoan), ...termsOf(pendingLoan), taken_at: null },
  LoanRejected: ofLoan(pendingLoan),
  LoanPaid: ofLoan(loan),
  PaymentApplied: {
    ...ofPayment(payment),
    details: payment.details.map(({ loan_id, amount }) => ({ loan_id, amount })),
  },
  PaymentRejected: { ...ofPayment(rejectedPayment), rejection_reason: 'exceeds_debt' },
};

/** What distinguishes the headers of one example from those of the others. */
interface Place {
  readonly version: number;
  readonly time: string;
  readonly seen?: string;
}

/** LoanPaid refers to payments=3: the third payment, which pays off the loan, has no example of its own. */
const PLACES: Readonly<Record<EventType, Place>> = {
  CustomerRegistered: { version: 1, time: ada.created_at },
  CustomerUpdated: { version: 2, time: '2026-03-20T08:00:00.000Z' },
  LoanTaken: { version: 1, time: loan.created_at, seen: 'customers=1' },
  LoanRequested: { version: 2, time: pendingLoan.created_at, seen: 'customers=1' },
  LoanRejected: { version: 3, time: '2026-03-02T09:00:00.000Z', seen: 'customers=1,payments=2' },
  LoanPaid: { version: 4, time: '2026-03-15T12:00:00.040Z', seen: 'customers=1,payments=3' },
  PaymentApplied: { version: 1, time: payment.created_at, seen: 'customers=1,loans=2' },
  PaymentRejected: { version: 2, time: rejectedPayment.created_at, seen: 'customers=1,loans=2' },
};

/** The headers of a type's example, which make it the customer's next event in its stream. */
export function exampleHeaders(type: EventType): z.infer<ReturnType<typeof eventHeaders>> {
  const { stream } = EVENT_TYPES[type];
  const { version, time, seen } = PLACES[type];
  return {
    ce_specversion: '1.0',
    ce_id: `${stream}-${ada.id}-${version}`,
    ce_source: EVENT_SOURCES[stream],
    ce_type: type,
    ce_time: time,
    ce_subject: String(ada.id),
    ce_sequence: String(version),
    ...(seen === undefined ? {} : { ce_seen: seen }),
    ce_dataschema: dataSchemaOf(type),
    ce_traceparent: traceparentOf(type),
    'content-type': 'application/json',
  };
}

/** Each event was caused by a different request, and so has its own trace. */
function traceparentOf(type: EventType): string {
  const place = String(Object.keys(PLACES).indexOf(type) + 1).padStart(2, '0');
  return `00-4bf92f3577b34da6a3ce929d0e0e47${place}-00f067aa0ba902${place}-01`;
}
