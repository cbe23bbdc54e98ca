/** The headers of requests and answers, each described once. */
import { z } from 'zod';
import { consistencyToken, idempotencyKey } from '../../headers.ts';

// The two parameters have no examples, because the reference would send those with every request that a reader tries.

/** A parameter of writes that take effect once per key. */
export const idempotencyParameter = idempotencyKey.optional().meta({
  param: {
    id: 'IdempotencyKey',
    description:
      'Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ.',
  },
});

export const tokenParameter = consistencyToken.optional().meta({
  param: {
    id: 'ConsistencyToken',
    description:
      'The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503.',
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
  'The state of the customer that this answer reflects. Send it as `Consistency-Token` to read at least this state.',
  text,
  true,
  TOKEN,
);
export const filteredTokenHeader = header(
  'ConsistencyTokenOfFilter',
  'The state of the customer that this answer reflects, if a filter names one of whom the service has heard.',
  text,
  false,
  TOKEN,
);
/** On a refusal; present if the customer is known. */
export const refusalTokenHeader = header(
  'ConsistencyTokenOfRefusal',
  'The state of the customer that this answer reflects, if there is one.',
  text,
  false,
  TOKEN,
);
export const replayedHeader = header(
  'IdempotencyReplayed',
  'Present if this is the stored answer for the `Idempotency-Key`.',
  z.literal('true'),
  false,
  'true',
);
export const linkHeader = header(
  'Link',
  'The address of the next page (RFC 8288), with `rel="next"`, if there is one.',
  text,
  false,
  '</api/loans?cursor=WzEsIlVtM1pfY0FfIiw0Ml0>; rel="next"',
);
export const retryAfterHeader = header('RetryAfter', 'The seconds after which to try again.', text, true, '1');
export const authenticateHeader = header('WwwAuthenticate', 'How to authenticate.', text, true, 'Bearer');
/** Present for callers with a rate limit (draft-ietf-httpapi-ratelimit-headers). */
export const rateLimitHeader = header(
  'RateLimit',
  'If the key has a rate: the remaining requests (`r`), and the seconds until there are more (`t`).',
  text,
  false,
  '"key";r=49;t=1',
);
export const rateLimitPolicyHeader = header(
  'RateLimitPolicy',
  'If the key has a rate: the requests (`q`) per period in seconds (`w`), over all gateways.',
  text,
  false,
  '"key";q=50;w=1',
);
