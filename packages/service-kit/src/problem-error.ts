import { type FieldError, PROBLEMS, type Problem, type ProblemCode, problemInstance, problemType } from '@mo/contracts';

export const RETRY_AFTER_SECONDS = 1;

interface ProblemOptions {
  errors?: FieldError[];
  /** Further members of the problem, such as available_amount. */
  members?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** For the log alone. */
  cause?: unknown;
}

/** An error that a caller sees: a stable code and a text for them, and a cause for the log. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly errors: FieldError[] | undefined;
  readonly members: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.errors = options.errors;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** It can't be done now, and may be tried again: 503 with Retry-After. */
export function unavailable(detail: string, cause?: unknown): ProblemError {
  return new ProblemError('unavailable', detail, { cause, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } });
}

/** One field that breaks a rule: 400. */
export function invalid(where: FieldError['in'], pointer: string, detail: string, code = 'invalid'): ProblemError {
  const name = pointer === '' ? where : pointer.slice(1);
  return new ProblemError('invalid_request', `${name} ${detail}`, { errors: [{ pointer, in: where, code, detail }] });
}

/** A body that was not read: nobody can say whether it is one that came before. */
export class UnreadableBodyError extends ProblemError {
  constructor(what: string, detail: string) {
    super('invalid_request', what, { errors: [{ pointer: '', in: 'body', code: 'invalid_json', detail }] });
  }
}

/** The body of a problem, as the caller gets it (RFC 9457). */
export function problemBody(error: ProblemError, requestId: string): Problem {
  return {
    type: problemType(error.code),
    title: PROBLEMS[error.code].title,
    status: error.status,
    code: error.code,
    detail: error.message,
    instance: problemInstance(requestId),
    ...error.members,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  };
}
