/** An example of each problem, as an operation answers it. */
import type { Operation } from '../../operations/index.ts';
import { PROBLEMS, type Problem, type ProblemCode, problemInstance, problemType } from '../../problems.ts';
import type { OperationText } from './text.ts';
import { failedUpload } from './texts/customers.ts';

const REQUEST_ID = '0b6f9c1e-3c1f-4f57-8a52-5d2f6b0f7a11';

/** The problem of a code, with a typical detail text. */
export function problemExample(code: ProblemCode, operation: Operation, text: OperationText): Problem {
  const { status, title } = PROBLEMS[code];
  const { detail, ...members } = partsOf(code, operation, text);
  return { type: problemType(code), title, status, code, detail, instance: problemInstance(REQUEST_ID), ...members };
}

function partsOf(
  code: ProblemCode,
  operation: Operation,
  { invalid, taken, missing }: OperationText,
): Pick<Problem, 'detail' | 'errors' | 'available_amount' | 'required_scope'> {
  switch (code) {
    case 'invalid_request':
      return { detail: `${invalid.pointer.slice(1)} ${invalid.detail}`, errors: [invalid] };
    case 'unauthenticated':
      return { detail: 'the API key is not valid' };
    case 'forbidden':
      return { detail: 'this operation needs the scope payments:write', required_scope: 'payments:write' };
    case 'not_found':
      return { detail: `there is no ${missing}` };
    case 'method_not_allowed':
      return { detail: 'DELETE is not allowed here; allowed: GET, HEAD, POST' };
    case 'request_timeout':
      return { detail: 'the body arrived too slowly' };
    case 'already_exists':
      return { detail: `the ${taken} already exists` };
    case 'loan_not_pending':
      return { detail: 'only a pending loan can be activated or rejected' };
    case 'key_not_active':
      return { detail: 'the key is revoked' };
    case 'too_many_webhooks':
      return { detail: 'there are 100 webhooks already' };
    case 'payload_too_large':
      return { detail: 'the body is over 1048576 bytes long, which only an upload may be' };
    case 'unsupported_media_type':
      return { detail: `the body must be ${(operation.stream ?? ['application/json']).join(', ')}` };
    case 'customer_not_found':
      return { detail: 'customer 42 does not exist' };
    case 'customer_inactive':
      return { detail: 'an inactive customer gets no loan' };
    case 'credit_limit_exceeded':
      return { detail: 'only 400.00 of the credit line is available', available_amount: '400.00' };
    case 'idempotency_key_reused':
      return { detail: 'this Idempotency-Key was used before with another body' };
    case 'bulk_failed':
      return { detail: '1 of 2 lines have errors; nothing was created', ...failedUpload };
    case 'rate_limited':
      return { detail: 'this key may make 50 requests per second' };
    case 'internal_error':
      return { detail: 'an unexpected error occurred' };
    case 'unavailable':
      return {
        detail: `${operation.service === 'gateway' ? 'the database of API keys' : operation.service} is not available`,
      };
    default:
      return code satisfies never;
  }
}
