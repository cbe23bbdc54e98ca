/** The headers of requests and answers, each described once. */
import { z } from 'zod';
import { consistencyToken, idempotencyKey } from '../../headers.ts';

// The two parameters have no examples, because the reference would send those with every request that a reader tries.

/** A parameter of writes that take effect once per key. */
export const idempotencyParameter = idempotencyKey.optional().meta({
  param: {
    id: 'IdempotencyKey',
    description:
      'Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ.',
  },
});

export const tokenParameter = consistencyToken.optional().meta({
  param: {
    id: 'ConsistencyToken',
    description:
      'As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503.',
  },
});

const header = (id: string, description: string, schema: z.ZodType, required: boolean, example: string) =>
  (required ? schema : schema.optional()).meta({ header: { id, description }, examples: [example] });

const text = z.string();
const TOKEN = '1.42.1.1.0';

export const requestIdHeader = header(
  'RequestId',
  "The request's own `X-Request-Id`, or a new one: with it the request is found in every log.",
  text,
  true,
  '0b6f9c1e-3c1f-4f57-8a52-5d2f6b0f7a11',
);
export const tokenHeader = header(
  'ConsistencyToken',
  'What this answer has seen of its customer. Send it on as `Consistency-Token` to read at least this state.',
  text,
  true,
  TOKEN,
);
export const filteredTokenHeader = header(
  'ConsistencyTokenOfFilter',
  'What this answer has seen of the customer that a filter names, where it names one that exists.',
  text,
  false,
  TOKEN,
);
/** On a refusal; present if the customer is known. */
export const refusalTokenHeader = header(
  'ConsistencyTokenOfRefusal',
  'What this answer has seen of its customer, where there is one.',
  text,
  false,
  TOKEN,
);
export const replayedHeader = header(
  'IdempotencyReplayed',
  'There where this answer was given before, for the same `Idempotency-Key`.',
  z.literal('true'),
  false,
  'true',
);
export const linkHeader = header(
  'Link',
  'Where there is a next page, its address (RFC 8288), with `rel="next"`.',
  text,
  false,
  '</api/loans?cursor=WzEsIlVtM1pfY0FfIiw0Ml0>; rel="next"',
);
export const retryAfterHeader = header('RetryAfter', 'In how many seconds to try again.', text, true, '1');
export const authenticateHeader = header('WwwAuthenticate', 'How to authenticate.', text, true, 'Bearer');
/** Present for callers with a rate limit (draft-ietf-httpapi-ratelimit-headers). */
export const rateLimitHeader = header(
  'RateLimit',
  'Where the key has a rate: how many requests are left (`r`), and in how many seconds there are more (`t`).',
  text,
  false,
  '"key";r=49;t=1',
);
export const rateLimitPolicyHeader = header(
  'RateLimitPolicy',
  'Where the key has a rate: how many requests (`q`) in how many seconds (`w`), over all gateways.',
  text,
  false,
  '"key";q=50;w=1',
);
