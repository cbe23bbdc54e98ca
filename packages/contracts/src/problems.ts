/**
 * The errors that callers see: RFC 9457 problem details with a stable `code`.
 */
import { z } from 'zod';
import { moneyText } from './scalars.ts';

interface ProblemKind {
  status: number;
  title: string;
  meaning: string;
}

/** Every code that an answer can carry, and what it means to the caller. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'Invalid request', meaning: 'A field breaks a rule; `errors` names each.' },
  unauthenticated: { status: 401, title: 'Unauthenticated', meaning: 'No API key was sent, or not a valid one.' },
  forbidden: { status: 403, title: 'Forbidden', meaning: 'The key may not do this.' },
  not_found: { status: 404, title: 'Not found', meaning: 'There is no such resource.' },
  method_not_allowed: { status: 405, title: 'Method not allowed', meaning: 'See the Allow header.' },
  request_timeout: { status: 408, title: 'Request timeout', meaning: 'The request took too long to arrive.' },
  already_exists: { status: 409, title: 'Already exists', meaning: 'The external_id is taken.' },
  loan_not_pending: {
    status: 409,
    title: 'Loan not pending',
    meaning: 'Only a pending loan is activated or rejected.',
  },
  payload_too_large: { status: 413, title: 'Payload too large', meaning: 'A JSON body has at most 1 MiB.' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type', meaning: 'See the operation for the types.' },
  customer_not_found: { status: 422, title: 'Customer not found', meaning: 'The customer named does not exist.' },
  customer_inactive: { status: 422, title: 'Customer inactive', meaning: 'An inactive customer gets no loan.' },
  credit_limit_exceeded: {
    status: 422,
    title: 'Credit limit exceeded',
    meaning: "The amount with the customer's debt exceeds its score; `available_amount` would fit.",
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key reused',
    meaning: 'The key was used before with another body.',
  },
  bulk_failed: {
    status: 422,
    title: 'Bulk upload failed',
    meaning: 'An atomic upload has errors; nothing was created.',
  },
  rate_limited: { status: 429, title: 'Rate limited', meaning: 'Try again after Retry-After seconds.' },
  internal_error: { status: 500, title: 'Internal error', meaning: 'A bug; `instance` finds it in the log.' },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    meaning: 'It could not be done or confirmed now; nothing was refused. Try again after Retry-After seconds.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One field that breaks a rule. `pointer` is a JSON Pointer (RFC 6901) into the body, the query or the headers. */
export const fieldError = z
  .object({
    pointer: z.string(),
    in: z.enum(['body', 'path', 'query', 'header']),
    code: z.string(),
    detail: z.string(),
  })
  .meta({ id: 'FieldError' });
export type FieldError = z.infer<typeof fieldError>;

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    instance: z.string(),
    errors: z.union([z.array(fieldError), z.array(z.looseObject({ line: z.int() }))]).optional(),
    available_amount: moneyText.optional(),
  })
  .loose()
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
export type Problem = z.infer<typeof problem>;

/** The URI of a problem's kind. */
export const problemType = (code: ProblemCode): string => `urn:mo:problem:${code}`;
/** The URI of one occurrence; the id is in the log line of the request. */
export const problemInstance = (requestId: string): string => `urn:mo:request:${requestId}`;
