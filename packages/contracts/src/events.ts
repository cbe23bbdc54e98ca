/**
 * The events on the wire: CloudEvents 1.0, keyed by customer. Within a major version of a type, its data only grows: no
 * member is removed or changes its meaning.
 */
import { z } from 'zod';
import { CUSTOMER_STATUSES, externalId, label, resourceId, timeText } from './scalars.ts';
import { STREAMS, type Stream } from './streams.ts';

/** No event has an amount below zero; the released pattern permits a sign, and a released pattern stays. */
const eventMoney = z
  .string()
  .regex(/^\d+\.\d{2}$/)
  .meta({
    description: 'An amount with two decimals, never below zero',
    examples: ['1200.50'],
    pattern: '^-?\\d+\\.\\d{2}$',
  });

const ofCustomer = { customer_id: resourceId, customer_external_id: externalId };
const ofLoan = { ...ofCustomer, loan_id: resourceId, external_id: externalId, amount: eventMoney };
const ofPayment = { ...ofCustomer, payment_id: resourceId, external_id: externalId, total_amount: eventMoney };

const customerData = z.object({
  ...ofCustomer,
  status: z.enum(CUSTOMER_STATUSES),
  score: eventMoney,
  preapproved_at: timeText.nullable(),
});
const loanTerms = { contract_version: label.nullable(), maximum_payment_date: timeText };

const requested = z.boolean().meta({
  description: 'Whether a LoanRequested preceded it, so that its amount is counted once',
});

/** The data of each event type. Unknown members are ignored, so that types can grow. */
export const eventData = {
  CustomerRegistered: customerData.meta({ description: 'A customer was registered, with a credit line.' }),
  CustomerUpdated: customerData.meta({
    description: 'The credit line or the status changed. Contains all current values.',
  }),
  LoanTaken: z
    .object({ ...ofLoan, ...loanTerms, taken_at: timeText, requested })
    .meta({ description: 'A loan became active: taken at once, or activated after a request.' }),
  LoanRequested: z.object({ ...ofLoan, ...loanTerms, taken_at: z.null() }).meta({
    description:
      'A loan was requested. It uses credit and counts in the total_debt of a balance, but payments do not pay it.',
  }),
  LoanRejected: z.object(ofLoan).meta({ description: 'A requested loan was rejected, which frees its credit.' }),
  LoanPaid: z.object(ofLoan).meta({ description: 'A loan was paid in full.' }),
  PaymentApplied: z
    .object({
      ...ofPayment,
      paid_at: timeText,
      details: z
        .array(z.object({ loan_id: resourceId, amount: eventMoney }))
        .min(1)
        .meta({ description: 'The part for each loan; the amounts sum to total_amount' }),
    })
    .meta({ description: 'A payment was spread over loans.' }),
  PaymentRejected: z
    .object({ ...ofPayment, paid_at: timeText, rejection_reason: z.enum(['exceeds_debt']) })
    .meta({ description: 'A payment was recorded but changes nothing, because it exceeds the debt.' }),
} as const;

export type EventType = keyof typeof eventData;
export type EventData<T extends EventType = EventType> = z.infer<(typeof eventData)[T]>;

/** The stream of each type, and the major version of its schema. */
export const EVENT_TYPES: Readonly<Record<EventType, { stream: Stream; major: number }>> = {
  CustomerRegistered: { stream: 'customers', major: 1 },
  CustomerUpdated: { stream: 'customers', major: 1 },
  LoanTaken: { stream: 'loans', major: 1 },
  LoanRequested: { stream: 'loans', major: 1 },
  LoanRejected: { stream: 'loans', major: 1 },
  LoanPaid: { stream: 'loans', major: 1 },
  PaymentApplied: { stream: 'payments', major: 1 },
  PaymentRejected: { stream: 'payments', major: 1 },
};

const version = z.int().min(1);
/** The versions of other streams that the decision behind an event was based on. */
const seenVersions = z.partialRecord(z.enum(STREAMS), z.int().min(0));

const envelope = <T extends EventType>(type: T) =>
  z.object({
    stream: z.literal(EVENT_TYPES[type].stream),
    customer_id: resourceId,
    version,
    type: z.literal(type),
    data: eventData[type],
    seen: seenVersions,
    time: timeText,
    traceparent: z.string().nullable(),
  });

/**
 * An event with its context attributes, in the terms of CloudEvents. A pull returns it, and a follower reads it from
 * Kafka. Each reader validates each event, so the schema is compiled (https://zod.dev/compile).
 */
export const streamEvent = z.compile(
  z.discriminatedUnion('type', [
    envelope('CustomerRegistered'),
    envelope('CustomerUpdated'),
    envelope('LoanTaken'),
    envelope('LoanRequested'),
    envelope('LoanRejected'),
    envelope('LoanPaid'),
    envelope('PaymentApplied'),
    envelope('PaymentRejected'),
  ]),
  { strict: true },
);

export type StreamEvent = z.infer<typeof streamEvent>;
export type EventOf<T extends EventType> = Extract<StreamEvent, { type: T }>;

/**
 * The URN of the JSON Schema of a type at its major version. A relay may be older than the process that wrote an event,
 * so a type that is unknown here is a new type, at major version 1.
 */
export const dataSchemaOf = (type: string): string =>
  `urn:mo:event:${type}:${Object.hasOwn(EVENT_TYPES, type) ? EVENT_TYPES[type as EventType].major : 1}`;
