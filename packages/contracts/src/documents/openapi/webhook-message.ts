/** The message to receivers, as a webhook of the OpenAPI document. */
import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathItemObject } from 'zod-openapi';
import type { EventType } from '../../events.ts';
import { webhookMessage } from '../../rest/webhooks.ts';
import { EXAMPLES, exampleHeaders } from '../events/examples.ts';

/** The webhooks of the document, by name. */
export const webhookMessages = (): Record<string, ZodOpenApiPathItemObject> => ({ event: { post: receiveEvent() } });

const receiveEvent = (): ZodOpenApiOperationObject => ({
  operationId: 'receiveEvent',
  tags: ['webhooks'],
  summary: 'Receive an event',
  description: [
    'Sent to the URL of each active webhook that subscribes to the type, signed according to [Standard Webhooks](https://www.standardwebhooks.com).',
    'Check the signature of the unchanged body, answer within 15 seconds, and ignore messages with a known `webhook-id`.',
  ].join(' '),
  security: [],
  requestParams: { header: z.object(HEADERS) },
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: webhookMessage,
        examples: { loan: example('LoanTaken', 'A loan was taken'), payment: example('PaymentApplied', 'It was paid') },
      },
    },
  },
  responses: {
    '2XX': { description: 'The message was delivered.' },
    410: { description: 'The receiver wants no more messages: the webhook is disabled.' },
    default: { description: 'The message was not delivered; it is retried for three days.' },
  },
});

const HEADERS = {
  'webhook-id': z
    .string()
    .meta({ description: 'Identifies the event; the same for each attempt', examples: ['loans-42-1'] }),
  'webhook-timestamp': z
    .string()
    .regex(/^\d+$/)
    .meta({ description: 'The time of this attempt, in seconds since 1970', examples: ['1772362800'] }),
  'webhook-signature': z.string().meta({
    description: 'HMAC-SHA256 of id, timestamp and body by each valid secret, separated by spaces',
    examples: ['v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='],
  }),
  traceparent: z.string().optional().meta({ description: 'W3C Trace Context of the attempt, if it is recorded' }),
};

function example(type: EventType, summary: string) {
  const { ce_time: timestamp, ce_sequence: sequence } = exampleHeaders(type);
  return { summary, value: { type, timestamp, sequence: Number(sequence), data: EXAMPLES[type] } };
}
