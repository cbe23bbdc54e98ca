import {
  DuplicateMemberError,
  type FieldCode,
  type FieldError,
  PROBLEMS,
  type Problem,
  type ProblemCode,
  problemInstance,
  problemType,
} from '@mo/contracts';

export const RETRY_AFTER_SECONDS = 1;

interface ProblemOptions {
  errors?: FieldError[];
  /** Further members of the problem, such as available_amount. */
  members?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** Logged only, never sent. */
  cause?: unknown;
}

/** An error with a stable code and a text for the caller, and a cause for the log. */
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

/** The request cannot be served now and may be retried: 503 with Retry-After. */
export function unavailable(detail: string, cause?: unknown): ProblemError {
  return new ProblemError('unavailable', detail, { cause, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } });
}

/** One field that violates a rule: 400. */
export function invalid(
  where: FieldError['in'],
  pointer: string,
  detail: string,
  code: FieldCode = 'invalid',
): ProblemError {
  const name = pointer === '' ? where : pointer.slice(1);
  return new ProblemError('invalid_request', `${name} ${detail}`, { errors: [{ pointer, in: where, code, detail }] });
}

/** The body could not be read, so it cannot be compared with an earlier one. */
export class UnreadableBodyError extends ProblemError {
  constructor(what: string, detail: string, pointer = '', code: FieldCode = 'invalid_json') {
    super('invalid_request', what, { errors: [{ pointer, in: 'body', code, detail }] });
  }
}

/** The refusal of a body that `parseJson` did not accept. */
export function unreadable(error: unknown): UnreadableBodyError {
  if (!(error instanceof DuplicateMemberError)) {
    return new UnreadableBodyError('the body is not JSON', (error as Error).message);
  }
  const { path, rule } = error;
  return new UnreadableBodyError(`${nameOf(path)} ${rule}`, rule, pointerOf(path), 'duplicate_member');
}

/** How many characters of a name are repeated to the caller who sent it. */
export const NAME_LENGTH_MAX = 100;

const beginningOf = (part: PropertyKey): string => {
  const name = String(part);
  return name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX).toWellFormed()}…` : name;
};

/** The JSON Pointer of a member (RFC 6901); of long names it has only the beginning. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${beginningOf(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A member as people read it, such as `lines/1/amount`; an empty name is `""`. */
export function nameOf(path: readonly PropertyKey[]): string {
  return path.map((part) => beginningOf(part) || '""').join('/');
}

/** The body of a problem as sent to the caller (RFC 9457). */
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
