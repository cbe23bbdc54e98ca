/** Webhooks: subscriptions to events by HTTP, and the state of each delivery. */
import { z } from 'zod';
import { EVENT_TYPES, type EventType, eventData } from '../events.ts';
import { idInput, idParameter, lowerBound, printable, resourceId, timeText } from '../scalars.ts';
import { OVERLAP_SECONDS_DEFAULT, overlapSeconds } from './keys.ts';
import { pageOf, pageQuery } from './pages.ts';

export const WEBHOOK_STATUSES = ['active', 'disabled', 'removed'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];
export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];
const WEBHOOK_URL_LENGTH_MAX = 2_000;
const DESCRIPTION_LENGTH_MAX = 200;
/** The most deliveries that one replay can name individually. */
export const REPLAYED_MAX = 100;

const TYPES = Object.keys(EVENT_TYPES) as [EventType, ...EventType[]];
const eventType = z.enum(TYPES);

const url = printable(1, WEBHOOK_URL_LENGTH_MAX).meta({
  description: 'The receiver: https, and not an address of a private network',
  format: 'uri',
});
const description = printable(0, DESCRIPTION_LENGTH_MAX).meta({ description: 'Your own note, such as the purpose' });
const eventTypes = z
  .array(eventType)
  .min(1)
  .refine((types) => new Set(types).size === types.length, 'must name no type twice')
  .meta({ description: 'The types of events that are sent', uniqueItems: true });

export const webhook = z
  .object({
    id: resourceId,
    url,
    description,
    event_types: z.array(z.string()).meta({ description: 'The types of events that are sent' }),
    status: z.enum(WEBHOOK_STATUSES),
    disabled_reason: z
      .string()
      .nullable()
      .meta({ description: 'Why the service disabled the webhook; null if it did not' }),
    created_at: timeText,
    created_by: z.string().meta({ description: 'The caller that created it' }),
    updated_at: timeText,
  })
  .meta({ id: 'Webhook', description: 'A receiver of events by HTTP' });
export type WebhookBody = z.infer<typeof webhook>;

export const createdWebhook = webhook
  .extend({
    secret: z.string().meta({
      description: 'Signs messages (Standard Webhooks); shown only here',
      examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8vK2mXyTq0E='],
    }),
  })
  .meta({ id: 'CreatedWebhook', description: 'A webhook with its secret' });
export type CreatedWebhookBody = z.infer<typeof createdWebhook>;

export const newWebhook = z
  .strictObject({
    url,
    event_types: eventTypes.default([...TYPES]),
    description: description.default(''),
  })
  .meta({ id: 'NewWebhook', description: 'A webhook to be created' });
export type NewWebhook = z.infer<typeof newWebhook>;

export const webhookChange = z
  .strictObject({
    url: url.optional(),
    event_types: eventTypes.optional(),
    description: description.optional(),
    status: z.enum(['active', 'disabled']).optional().meta({
      description: 'While disabled, nothing is sent; events that arrive meanwhile are sent only by a later replay',
    }),
  })
  .refine(
    (change) => Object.values(change).some((value) => value !== undefined),
    'must name url, event_types, description or status',
  )
  .meta({ id: 'WebhookChange', description: 'A change of a webhook; omitted members do not change', minProperties: 1 });
export type WebhookChange = z.infer<typeof webhookChange>;

export const secretRotation = z
  .strictObject({
    overlap_seconds: overlapSeconds('How long messages are also signed with the old secret'),
  })
  .optional()
  .transform((body) => body ?? { overlap_seconds: OVERLAP_SECONDS_DEFAULT })
  .meta({ id: 'SecretRotation', description: 'The replacement of a secret' });

const delivery = z
  .object({
    id: resourceId,
    webhook_id: resourceId,
    event_id: z
      .string()
      .meta({ description: 'Equal to `webhook-id` of the message and `ce_id` in the topic', examples: ['loans-17-4'] }),
    event_type: z.string(),
    customer_id: resourceId,
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.int().min(0),
    created_at: timeText,
    last_attempt_at: timeText.nullable(),
    last_status: z.int().nullable().meta({ description: 'The last status of the receiver; null without an answer' }),
    last_error: z.string().nullable().meta({ description: 'Why it was not delivered; null if it was' }),
    next_attempt_at: timeText.nullable().meta({
      description:
        'When it is sent at the earliest, after earlier messages for the same customer; a time in the past means now. Null if it is not pending, while it or one of these messages is being sent, and while the webhook is not active',
    }),
  })
  .meta({ id: 'Delivery', description: 'A message and its outcome' });
export type DeliveryBody = z.infer<typeof delivery>;

export const webhookReplay = z
  .strictObject({
    delivery_ids: z.array(idInput).min(1).max(REPLAYED_MAX).optional().meta({ description: 'These deliveries' }),
    from: lowerBound.optional().meta({ description: 'Or all events that arrived at or after this time' }),
    // Rounded up as well: what is before `to` is before the next whole millisecond.
    to: lowerBound.optional().meta({ description: 'And before this time, which is not before `from`; now if omitted' }),
  })
  .refine((body) => body.delivery_ids !== undefined || body.from !== undefined, {
    message: 'is required unless from is given',
    path: ['delivery_ids'],
  })
  .refine((body) => body.delivery_ids === undefined || body.from === undefined, {
    message: 'must not be given together with from',
    path: ['delivery_ids'],
  })
  .refine((body) => body.to === undefined || body.from !== undefined, { message: 'needs from', path: ['to'] })
  // They may be equal: the rest of a period may be empty.
  .refine(({ from, to }) => from === undefined || to === undefined || to >= from, {
    message: 'must not be before from',
    path: ['to'],
  })
  .meta({
    id: 'WebhookReplay',
    description: 'The messages to send again: either deliveries, or all events of a period',
    oneOf: [{ required: ['delivery_ids'] }, { required: ['from'] }],
    dependentRequired: { to: ['from'] },
  });
export type WebhookReplay = z.infer<typeof webhookReplay>;

export const replayed = z
  .object({
    deliveries: z.int().min(0).meta({ description: 'The number of messages that are sent again' }),
    next_from: timeText.nullable().meta({
      description:
        'If the period has more events than one replay reads or sends: the `from` of the next; otherwise null',
    }),
    missing_ids: z.array(resourceId).optional().meta({
      description: 'Those of `delivery_ids` that are not, or no longer, deliveries of this webhook; absent if none are',
    }),
  })
  .meta({ id: 'Replayed', description: 'The outcome of a replay' });
export type ReplayedBody = z.infer<typeof replayed>;

const messageOf = (type: EventType) =>
  z
    .object({
      type: z.literal(type),
      timestamp: timeText.meta({ description: 'When it happened' }),
      sequence: z.int().min(1).meta({ description: 'The version, as `ce_sequence` in the topic' }),
      data: eventData[type],
    })
    .meta({ id: `${type}Message` });

const [firstType, ...otherTypes] = TYPES;
/** A message to a webhook: an event in the format of Standard Webhooks, with its version in its stream. */
export const webhookMessage = z
  .discriminatedUnion('type', [messageOf(firstType), ...otherTypes.map(messageOf)])
  .meta({ id: 'WebhookMessage', description: 'An event in the form that is sent to webhooks' });

export const webhookPath = z.strictObject({ webhook_id: idParameter });
export const webhooksQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(WEBHOOK_STATUSES).optional().meta({ description: 'Those of this status' }),
});
export const webhooksPage = pageOf(webhook, 'WebhooksPage');
export const deliveriesQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(DELIVERY_STATUSES).optional().meta({ description: 'Those of this status' }),
  customer_id: idParameter.optional().meta({ description: 'Deliveries for this customer' }),
});
export const deliveriesPage = pageOf(delivery, 'DeliveriesPage');
