/**
 * The errors that callers see: RFC 9457 problem details with a stable `code`.
 */
import { z } from 'zod';
import { FIELD_CODES, type FieldCode } from './field-codes.ts';
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
    meaning: 'The request breaks a rule; `errors` lists each. The same request will always fail.',
  },
  unauthenticated: {
    status: 401,
    title: 'Unauthenticated',
    meaning: 'The API key or token is missing or invalid.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    meaning: 'The caller lacks the scope that `required_scope` names.',
  },
  not_found: { status: 404, title: 'Not found', meaning: 'The resource of the path does not exist.' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path does not support this method; the `Allow` header lists those that it supports.',
  },
  request_timeout: { status: 408, title: 'Request timeout', meaning: 'The request took too long to arrive.' },
  already_exists: {
    status: 409,
    title: 'Already exists',
    meaning: 'The `external_id` is taken, and its resource is unchanged. Retries should send an `Idempotency-Key`.',
  },
  loan_not_pending: {
    status: 409,
    title: 'Loan not pending',
    meaning: 'Only a pending loan can be activated or rejected.',
  },
  key_not_active: {
    status: 409,
    title: 'Key not active',
    meaning: 'Only an active key can be replaced.',
  },
  too_many_webhooks: {
    status: 409,
    title: 'Too many webhooks',
    meaning: 'The limit of webhooks is reached. Remove an unused one first.',
  },
  payload_too_large: {
    status: 413,
    title: 'Payload too large',
    meaning: 'A JSON body has at most 1 MiB; only bulk uploads may be larger.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    meaning: 'The body has a media type, charset or content encoding that the operation does not support.',
  },
  customer_not_found: {
    status: 422,
    title: 'Customer not found',
    meaning: 'The customer of the request or of the loan does not exist.',
  },
  customer_inactive: { status: 422, title: 'Customer inactive', meaning: 'An inactive customer gets no loan.' },
  credit_limit_exceeded: {
    status: 422,
    title: 'Credit limit exceeded',
    meaning: "The amount plus the customer's debt exceeds its score; `available_amount` is still available.",
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
    meaning: 'The rate of the key is exhausted. Try again after `Retry-After` seconds.',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    meaning: 'A bug in the service; `instance` identifies it in the log.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    meaning:
      'The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A field that breaks a rule. `pointer` is a JSON Pointer (RFC 6901) into the part of the request that `in` names. */
const fieldError = z
  .object({
    pointer: z.string().meta({ description: 'A JSON Pointer (RFC 6901) into the part of the request' }),
    in: z.enum(['body', 'path', 'query', 'header']).meta({ description: 'The part of the request' }),
    code: z.string().meta({
      description: 'The rule, for programs. The introduction lists the codes; further ones may be added',
      'x-extensible-enum': Object.keys(FIELD_CODES),
    }),
    detail: z.string().meta({ description: 'The rule, as a sentence whose subject is the field' }),
  })
  .meta({ id: 'FieldError', description: 'A field that breaks a rule' });
/** What services send. Readers must take other codes, too. */
export type FieldError = z.infer<typeof fieldError> & { code: FieldCode };

export const problem = z
  .object({
    type: z.string().meta({ description: 'The URI of the kind: `urn:mo:problem:` and the code' }),
    title: z.string().meta({ description: 'The kind in words' }),
    status: z.int().min(400).max(599).meta({ description: 'The status of the answer' }),
    code: z
      .enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]])
      .meta({ description: 'The stable kind, for programs. Further codes may be added' }),
    detail: z.string().meta({ description: 'This occurrence in words, for people' }),
    instance: z.string().meta({ description: 'The URI of this occurrence: `urn:mo:request:` and the `X-Request-Id`' }),
    errors: z
      .array(z.union([fieldError, z.looseObject({ line: z.int().min(1) })]))
      .optional()
      .meta({ description: 'Each field, or each line of a file, that breaks a rule' }),
    required_scope: z.enum(SCOPES).optional().meta({ description: 'The scope that the operation needs' }),
    available_amount: moneyText.optional().meta({ description: 'The available part of the credit line' }),
  })
  .loose()
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
export type Problem = z.infer<typeof problem>;

/** The URI of a kind of problem. */
export const problemType = (code: ProblemCode): string => `urn:mo:problem:${code}`;
/** The URI of one occurrence; the id is in the log line of the request. */
export const problemInstance = (requestId: string): string => `urn:mo:request:${requestId}`;
