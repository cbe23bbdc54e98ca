/** What a call may throw, beside the reason with which its own signal is aborted. */
import type { BulkSummary, FieldError, Problem, ProblemCode, Scope } from './types.ts';

/** What is known of a call that failed, whatever the reason. */
export interface CallFacts {
  /** How often it was sent. */
  readonly attempts: number;
  /** The key that it was sent with; sent again with the same one, it has its effect once. Null for reads. */
  readonly idempotencyKey: string | null;
  /** What the answer has seen of its customer; null where no answer came, or where it carried no token. */
  readonly consistencyToken: string | null;
  /** How long the answer asks to wait before the next attempt (Retry-After); null where it does not ask. */
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

/** What problems of some kinds say beside what all say. */
interface Members {
  invalid_request: { errors?: FieldError[] };
  forbidden: { required_scope: Scope };
  credit_limit_exceeded: { available_amount: string };
  bulk_failed: BulkSummary;
}

/** What every problem says. */
interface Common extends Pick<Problem, 'type' | 'title' | 'status' | 'detail' | 'instance'> {}

/** A problem of one kind, as the API answered it (RFC 9457). */
export type ProblemOf<Code extends ProblemCode> = Common & { code: Code } & (Code extends keyof Members
    ? Members[Code]
    : unknown);

/** The API answered that it can't be, or can't be now; `code` says why. */
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

/** Whether something that was thrown is a problem of one of these kinds, or of any where none is named. */
export function isProblem<Code extends ProblemCode = ProblemCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is ProblemError<Code> {
  return error instanceof ProblemError && (codes.length === 0 || codes.includes(error.code as Code));
}

/** No answer came: whether a write took its effect is not known; sent again with its key, it does so once. */
export class NoAnswerError extends MoError {
  override readonly name = 'NoAnswerError';
  readonly isTimeout: boolean;

  constructor(message: string, facts: CallFacts, isTimeout: boolean, cause: unknown) {
    super(message, facts, cause);
    this.isTimeout = isTimeout;
  }
}

/** An answer came that is none of this API, as from a proxy before it. */
export class UnexpectedAnswerError extends MoError {
  override readonly name = 'UnexpectedAnswerError';
  readonly status: number;

  constructor(message: string, facts: CallFacts, status: number) {
    super(message, facts);
    this.status = status;
  }
}
