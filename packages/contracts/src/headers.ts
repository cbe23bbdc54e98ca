import { z } from 'zod';
import { parseToken } from './consistency-token.ts';

/** Header names that are part of the API or of what the gateway passes on, in lower case. */
export const HEADERS = {
  idempotencyKey: 'idempotency-key',
  idempotencyReplayed: 'idempotency-replayed',
  consistencyToken: 'consistency-token',
  requestId: 'x-request-id',
  traceparent: 'traceparent',
  /** The id of the caller's key, set by the gateway alone. */
  caller: 'x-mo-caller',
} as const;

export const idempotencyKey = z.string().regex(/^[!-~]{1,255}$/, 'must be 1 to 255 visible ASCII characters');

export const consistencyToken = z
  .string()
  .transform((text, context) => {
    const token = parseToken(text);
    if (token !== null) return token;
    context.addIssue({ code: 'custom', message: 'is not a token that an answer carried' });
    return z.NEVER;
  })
  .meta({ override: { type: 'string' } });
