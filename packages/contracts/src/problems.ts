/**
 * The errors that callers see: RFC 9457 problem details with a stable `code`.
 */
import { z } from 'zod';
import { moneyText } from './scalars.ts';
import { SCOPES } from './scopes.ts';

interface ProblemKind {
  status: number;
  title: string;
  meaning: string;
}

/** Every problem code, its meaning for the caller, and what to do. */
export const PROBLEMS = {
  invalid_request: {
    status: 400,
    title: 'Invalid request',
    meaning: 'Something in the request breaks a rule; `errors` names each. The same request will never do.',
  },
  unauthenticated: {
    status: 401,
    title: 'Unauthenticated',
    meaning: 'No API key or token was sent, or not a valid one.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    meaning: 'The caller is known, but may not do this: it lacks the scope that `required_scope` names.',
  },
  not_found: { status: 404, title: 'Not found', meaning: 'What the path names does not exist.' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path exists, but not with this method; the `Allow` header names those that do.',
  },
  request_timeout: { status: 408, title: 'Request timeout', meaning: 'The request took too long to arrive.' },
  already_exists: {
    status: 409,
    title: 'Already exists',
    meaning: 'The `external_id` is taken; what has it is untouched. A retry should send an `Idempotency-Key`.',
  },
  loan_not_pending: {
    status: 409,
    title: 'Loan not pending',
    meaning: 'Only a pending loan can be activated or rejected.',
  },
  key_not_active: {
    status: 409,
    title: 'Key not active',
    meaning: 'Only an active key can be replaced by another.',
  },
  too_many_webhooks: {
    status: 409,
    title: 'Too many webhooks',
    meaning: 'There are as many webhooks as there may be. Remove one that nobody needs first.',
  },
  payload_too_large: {
    status: 413,
    title: 'Payload too large',
    meaning: 'A JSON body has at most 1 MiB; only bulk uploads may be larger.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'The body is not in a media type that the operation lists, or it is encoded.',
  },
  customer_not_found: {
    status: 422,
    title: 'Customer not found',
    meaning: 'The customer that the body or the loan names does not exist.',
  },
  customer_inactive: { status: 422, title: 'Customer inactive', meaning: 'An inactive customer gets no loan.' },
  credit_limit_exceeded: {
    status: 422,
    title: 'Credit limit exceeded',
    meaning: "The amount with the customer's debt exceeds its score; `available_amount` would fit.",
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key reused',
    meaning: 'The `Idempotency-Key` was used before with another body. A new request needs a new key.',
  },
  bulk_failed: {
    status: 422,
    title: 'Bulk upload failed',
    meaning: 'An atomic upload has errors; nothing was created.',
  },
  rate_limited: {
    status: 429,
    title: 'Rate limited',
    meaning: 'The key has used up its rate. Try again after `Retry-After` seconds.',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    meaning: 'A bug of ours; `instance` finds it in the log.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    meaning:
      'It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A field that breaks a rule. `pointer` is a JSON Pointer (RFC 6901) into the part of the request that `in` names. */
export const fieldError = z
  .object({
    pointer: z.string().meta({ description: 'A JSON Pointer (RFC 6901) into the part of the request' }),
    in: z.enum(['body', 'path', 'query', 'header']).meta({ description: 'The part of the request' }),
    code: z.string().meta({ description: 'The rule, for programs' }),
    detail: z.string().meta({ description: "The rule, as a sentence that goes on from the field's name" }),
  })
  .meta({ id: 'FieldError', description: 'A field that breaks a rule' });
export type FieldError = z.infer<typeof fieldError>;

export const problem = z
  .object({
    type: z.string().meta({ description: 'A URI of the kind: `urn:mo:problem:` and the code' }),
    title: z.string().meta({ description: 'The kind in words; the same for each of a kind' }),
    status: z.int().min(400).max(599).meta({ description: 'The status of the answer' }),
    code: z
      .enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]])
      .meta({ description: 'What programs decide by; it stays the same. Others may be added' }),
    detail: z.string().meta({ description: 'This one in words, for people' }),
    instance: z.string().meta({ description: 'A URI of this one: `urn:mo:request:` and the `X-Request-Id`' }),
    errors: z
      .array(z.union([fieldError, z.looseObject({ line: z.int().min(1) })]))
      .optional()
      .meta({ description: 'Each field, or each line of a file, that breaks a rule' }),
    required_scope: z.enum(SCOPES).optional().meta({ description: 'What the caller would need' }),
    available_amount: moneyText.optional().meta({ description: 'What would fit into the credit line' }),
  })
  .loose()
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
export type Problem = z.infer<typeof problem>;

/** The URI of a kind of problem. */
export const problemType = (code: ProblemCode): string => `urn:mo:problem:${code}`;
/** The URI of one occurrence; the id is in the log line of the request. */
export const problemInstance = (requestId: string): string => `urn:mo:request:${requestId}`;
