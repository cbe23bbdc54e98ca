import { z } from 'zod';
import { parseToken } from './consistency-token.ts';

/** Names, in lower case, of the headers of the API and of those that the gateway forwards. */
export const HEADERS = {
  idempotencyKey: 'idempotency-key',
  idempotencyReplayed: 'idempotency-replayed',
  consistencyToken: 'consistency-token',
  requestId: 'x-request-id',
  traceparent: 'traceparent',
  /** The id of the caller's key; only the gateway sets it. */
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
