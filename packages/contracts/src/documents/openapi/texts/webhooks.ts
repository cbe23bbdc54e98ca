import type { DeliveryBody, WebhookBody } from '../../../rest/webhooks.ts';
import type { OperationText } from '../text.ts';
import { idInvalid, LIMIT_INVALID, only } from '../text.ts';
import { CUSTOMER_ID, firstPage, lastPage } from './story.ts';

const WEBHOOK_ID = 5;
const URL = 'https://shop.example/hooks/loans';

const webhook: WebhookBody = {
  id: WEBHOOK_ID,
  url: URL,
  description: 'Orders wait for this',
  event_types: ['LoanTaken', 'LoanRejected'],
  status: 'active',
  disabled_reason: null,
  created_at: '2026-01-31T09:30:00.000Z',
  created_by: 'shop',
  updated_at: '2026-01-31T09:30:00.000Z',
};
const changed = { ...webhook, updated_at: '2026-03-01T12:00:00.000Z' };
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8vK2mXyTq0E=';

const delivered: DeliveryBody = {
  id: 311,
  webhook_id: WEBHOOK_ID,
  event_id: `loans-${CUSTOMER_ID}-1`,
  event_type: 'LoanTaken',
  customer_id: CUSTOMER_ID,
  status: 'delivered',
  attempts: 2,
  created_at: '2026-02-01T10:00:00.010Z',
  last_attempt_at: '2026-02-01T10:00:05.240Z',
  last_status: 204,
  last_error: null,
  next_attempt_at: null,
};
const waiting: DeliveryBody = {
  ...delivered,
  id: 312,
  event_id: `loans-${CUSTOMER_ID}-3`,
  event_type: 'LoanRejected',
  status: 'pending',
  attempts: 1,
  created_at: '2026-03-02T09:00:00.010Z',
  last_attempt_at: '2026-03-02T09:00:00.150Z',
  last_status: 503,
  last_error: 'it answered 503',
  next_attempt_at: '2026-03-02T09:00:05.310Z',
};

const missing = `webhook ${WEBHOOK_ID}`;

export const createWebhook: OperationText = {
  description: [
    'From now on each event of these types is sent to the URL by POST, as JSON with `type`, `timestamp`, `sequence` and `data`, signed according to [Standard Webhooks](https://www.standardwebhooks.com). The secret for the signature is shown only in this answer.',
    "A receiver takes a message by any 2xx within 15 seconds. Otherwise it comes again, after seconds at first and hours at last, for three days; `Retry-After` is heeded, after a 429 or 503 for all messages of the webhook; a redirect is not followed, and a 410 disables the webhook. A customer's events come one after the other, a cause before its effect: while one waits to be taken, those after it wait, too. A message may come twice: `webhook-id` is the same then.",
    'The URL must be https, and must not lead into a private network.',
  ].join('\n\n'),
  request: {
    'application/json': only('A webhook for events of loans', {
      url: URL,
      event_types: ['LoanTaken', 'LoanRejected'],
      description: 'Orders wait for this',
    }),
  },
  answers: { 201: only('The webhook, with the secret, which is shown only here', { ...webhook, secret }) },
  invalid: { pointer: '/url', in: 'body', code: 'invalid', detail: 'must be an https URL' },
  missing: 'webhooks service at this gateway',
};

export const listWebhooks: OperationText = {
  description: 'All webhooks, or those with a status.',
  answers: { 200: only('One webhook', lastPage(webhook)) },
  invalid: LIMIT_INVALID,
  missing: 'webhooks service at this gateway',
};

export const getWebhook: OperationText = {
  description: 'The current state of a webhook, without its secret.',
  answers: { 200: only('A webhook', webhook) },
  invalid: idInvalid('webhook_id'),
  missing,
};

export const updateWebhook: OperationText = {
  description:
    'Omitted members do not change. Events that arrive while the webhook is disabled are not sent, unless they are replayed later; some may have occurred shortly before. Messages that were waiting before are sent as soon as the webhook is active again.',
  request: { 'application/json': only('Disable the webhook', { status: 'disabled' }) },
  answers: { 200: only('The webhook, disabled', { ...changed, status: 'disabled' }) },
  invalid: { pointer: '/url', in: 'body', code: 'invalid', detail: 'must not be an address of a private network' },
  missing,
};

export const removeWebhook: OperationText = {
  description: 'No further messages are sent, and waiting messages are dropped. Sent messages can still be listed.',
  request: { 'application/json': only('An empty body', {}) },
  answers: { 200: only('The webhook, removed', { ...changed, status: 'removed' }) },
  invalid: idInvalid('webhook_id'),
  missing,
};

export const rotateWebhookSecret: OperationText = {
  description:
    'The new secret is shown only in this answer. For `overlap_seconds` (default: one day), messages carry a signature by the old secret too, and by others that are still valid (six in all at most), so that the receiver can switch without an interruption.',
  request: { 'application/json': only('The old secret is used for another hour', { overlap_seconds: 3600 }) },
  answers: { 200: only('The webhook, with its new secret', { ...changed, secret }) },
  invalid: {
    pointer: '/overlap_seconds',
    in: 'body',
    code: 'invalid',
    detail: 'must be a whole number from 0 to 2592000',
  },
  missing,
};

export const listDeliveries: OperationText = {
  description: 'Each message to the webhook, with its outcome. Deliveries are kept for 30 days.',
  answers: { 200: only('A delivery that will be retried, and one that succeeded', firstPage(waiting, delivered)) },
  invalid: LIMIT_INVALID,
  missing,
};

export const replayWebhook: OperationText = {
  description:
    'Sends messages again: either the given deliveries, whatever their outcome, or one message for each event that arrived in a period and has a type that the webhook subscribes to. They are sent after messages that are already waiting. A longer period is replayed in parts, of about 10,000 messages or 100,000 events of any type: repeat the request with `next_from` as `from`, until `next_from` is null; a part may have no messages. Events are kept for 30 days, so an earlier period has fewer messages, or none; `deliveries` is their number. Ids that are not deliveries of this webhook are left out, and named in `missing_ids`.',
  request: {
    'application/json': {
      deliveries: { summary: 'Two deliveries', value: { delivery_ids: [311, 312] } },
      time: { summary: 'All events of a night', value: { from: '2026-02-01T22:00:00Z', to: '2026-02-02T06:00:00Z' } },
    },
  },
  answers: {
    202: {
      all: { summary: 'Two messages', value: { deliveries: 2, next_from: null } },
      some: { summary: 'One of two', value: { deliveries: 1, next_from: null, missing_ids: [312] } },
    },
  },
  invalid: { pointer: '/delivery_ids', in: 'body', code: 'invalid', detail: 'is required unless from is given' },
  missing,
};
