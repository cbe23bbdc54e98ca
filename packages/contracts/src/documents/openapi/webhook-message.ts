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
    'Sent to the URL of each active webhook that is told of the type, signed as [Standard Webhooks](https://www.standardwebhooks.com) has it.',
    'Check the signature of the body as it came, answer within 15 seconds, and pass over a message whose `webhook-id` you know.',
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
    '2XX': { description: 'The message is taken.' },
    410: { description: 'No more messages are wanted: the webhook is disabled.' },
    default: { description: 'The message is not taken, and comes again, for three days.' },
  },
});

const HEADERS = {
  'webhook-id': z
    .string()
    .meta({ description: 'Names the event: the same whenever it is sent', examples: ['loans-42-1'] }),
  'webhook-timestamp': z
    .string()
    .regex(/^\d+$/)
    .meta({ description: 'When this attempt was made, in seconds since 1970', examples: ['1772362800'] }),
  'webhook-signature': z.string().meta({
    description: 'HMAC-SHA256 of id, timestamp and body by each secret that counts, separated by spaces',
    examples: ['v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='],
  }),
  traceparent: z.string().optional().meta({ description: 'W3C Trace Context of the attempt, where it is recorded' }),
};

function example(type: EventType, summary: string) {
  const { ce_time: timestamp, ce_sequence: sequence } = exampleHeaders(type);
  return { summary, value: { type, timestamp, sequence: Number(sequence), data: EXAMPLES[type] } };
}
