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
};

const missing = `webhook ${WEBHOOK_ID}`;

export const createWebhook: OperationText = {
  description: [
    'From now on each event of these types is sent to the URL by POST, as JSON with `type`, `timestamp`, `sequence` and `data`, signed as [Standard Webhooks](https://www.standardwebhooks.com) has it. The answer shows the secret for that, this once.',
    "A receiver takes a message by any 2xx within 15 seconds. Otherwise it comes again, after seconds at first and hours at last, for three days; `Retry-After` is heeded, a redirect is not followed, and a 410 disables the webhook. A customer's events come one after the other, a cause before its effect: while one waits to be taken, those after it wait, too. A message may come twice: `webhook-id` is the same then.",
    'The URL must be https, and must not lead into a private network.',
  ].join('\n\n'),
  request: {
    'application/json': only('Who is told of loans', {
      url: URL,
      event_types: ['LoanTaken', 'LoanRejected'],
      description: 'Orders wait for this',
    }),
  },
  answers: { 201: only('The webhook, with the secret that is shown this once', { ...webhook, secret }) },
  invalid: { pointer: '/url', in: 'body', code: 'invalid', detail: 'must be an https URL' },
  missing: 'webhooks service at this gateway',
};

export const listWebhooks: OperationText = {
  description: 'All webhooks, or those of a status.',
  answers: { 200: only('One webhook', lastPage(webhook)) },
  invalid: LIMIT_INVALID,
  missing: 'webhooks service at this gateway',
};

export const getWebhook: OperationText = {
  description: 'A webhook as it is now, without its secret.',
  answers: { 200: only('A webhook', webhook) },
  invalid: idInvalid('webhook_id'),
  missing,
};

export const updateWebhook: OperationText = {
  description:
    'What is left out stays as it is. Of what happens while it is disabled it is told nothing, unless that is replayed later; what waited before goes on at once when it is active again.',
  request: { 'application/json': only('It rests', { status: 'disabled' }) },
  answers: { 200: only('The webhook, disabled', { ...changed, status: 'disabled' }) },
  invalid: { pointer: '/url', in: 'body', code: 'invalid', detail: 'must not be an address of a private network' },
  missing,
};

export const removeWebhook: OperationText = {
  description: 'It is told of nothing more, and what waits for it is given up. What was sent can still be listed.',
  request: { 'application/json': only('Nothing need be said', {}) },
  answers: { 200: only('The webhook, removed', { ...changed, status: 'removed' }) },
  invalid: idInvalid('webhook_id'),
  missing,
};

export const rotateWebhookSecret: OperationText = {
  description:
    'The answer shows the new secret, this once. For `overlap_seconds`, a day unless told, messages carry two signatures, one by each secret, so that a receiver may change over when it suits.',
  request: { 'application/json': only('The old secret goes on for an hour', { overlap_seconds: 3600 }) },
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
  description: 'Each message to the webhook, and what came of it. They are kept for 30 days.',
  answers: { 200: only('One that is to be sent again, and one that was taken', firstPage(waiting, delivered)) },
  invalid: LIMIT_INVALID,
  missing,
};

export const replayWebhook: OperationText = {
  description:
    'Sends messages once more: those that are named, whatever came of them, or one of every event that arrived in some time and has a type that the webhook is told of. They come after what waits already. A time that holds more than 10,000 events is replayed in parts: `next_from` says from when on to go on, until it is null. Events are kept for 30 days, so an earlier time gives fewer messages, or none: `deliveries` says how many.',
  request: {
    'application/json': {
      deliveries: { summary: 'Two deliveries', value: { delivery_ids: [311, 312] } },
      time: { summary: 'All of a night', value: { from: '2026-02-01T22:00:00Z', to: '2026-02-02T06:00:00Z' } },
    },
  },
  answers: { 202: only('Two messages', { deliveries: 2, next_from: null }) },
  invalid: { pointer: '/delivery_ids', in: 'body', code: 'invalid', detail: 'is required unless from is given' },
  missing,
};
