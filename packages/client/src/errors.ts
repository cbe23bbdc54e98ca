/** The errors that a call can throw, in addition to the reason of its own aborted signal. */
import type { BulkSummary, FieldError, Problem, ProblemCode, Scope } from './types.ts';

/** Facts about a failed call that are known for any kind of failure. */
export interface CallFacts {
  /** The number of attempts. */
  readonly attempts: number;
  /** The key of the call. A repetition with the same key has no second effect. Null if the operation takes no key. */
  readonly idempotencyKey: string | null;
  /** The token of the customer's state that the answer has seen; null without an answer or without a token in it. */
  readonly consistencyToken: string | null;
  /** The wait that the answer demands before the next attempt (Retry-After); null if it demands none. */
  readonly retryAfterMs: number | null;
}

export abstract class MoError extends Error implements CallFacts {
  readonly attempts: number;
  readonly idempotencyKey: string | null;
  readonly consistencyToken: string | null;
  readonly retryAfterMs: number | null;

  constructor(message: string, facts: CallFacts, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.attempts = facts.attempts;
    this.idempotencyKey = facts.idempotencyKey;
    this.consistencyToken = facts.consistencyToken;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** The additional members of some kinds of problems. */
interface Members {
  invalid_request: { errors?: FieldError[] };
  forbidden: { required_scope: Scope };
  credit_limit_exceeded: { available_amount: string };
  bulk_failed: BulkSummary;
}

/** The members of every problem. */
interface Common extends Pick<Problem, 'type' | 'title' | 'status' | 'detail' | 'instance'> {}

/** A problem of one kind, as the API returned it (RFC 9457). */
export type ProblemOf<Code extends ProblemCode> = Common & { code: Code } & (Code extends keyof Members
    ? Members[Code]
    : unknown);

/** The API refused the call, or could not perform it now; `code` is the reason. */
export class ProblemError<Code extends ProblemCode = ProblemCode> extends MoError {
  override readonly name = 'ProblemError';
  readonly code: Code;
  /** The HTTP status. */
  readonly status: number;
  readonly problem: ProblemOf<Code>;

  constructor(problem: ProblemOf<Code>, facts: CallFacts) {
    super(`${problem.code}: ${problem.detail}`, facts);
    this.code = problem.code;
    this.status = problem.status;
    this.problem = problem;
  }
}

/** Whether a thrown value is a problem with one of these codes, or with any code if none is given. */
export function isProblem<Code extends ProblemCode = ProblemCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is ProblemError<Code> {
  return error instanceof ProblemError && (codes.length === 0 || codes.includes(error.code as Code));
}

/** No answer was received. A write may or may not have taken effect; with the same key it can be repeated safely. */
export class NoAnswerError extends MoError {
  override readonly name = 'NoAnswerError';
  readonly isTimeout: boolean;

  constructor(message: string, facts: CallFacts, isTimeout: boolean, cause: unknown) {
    super(message, facts, cause);
    this.isTimeout = isTimeout;
  }
}

/** The answer is not from this API; for example, it is from a proxy in front of it. */
export class UnexpectedAnswerError extends MoError {
  override readonly name = 'UnexpectedAnswerError';
  readonly status: number;

  constructor(message: string, facts: CallFacts, status: number) {
    super(message, facts);
    this.status = status;
  }
}
