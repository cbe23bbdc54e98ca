import type { ConsistencyToken, ProblemCode } from '@mo/contracts';
import { type ProblemError, problemBody } from './problem-error.ts';

/** What a caller gets. The body is text, made once, so that an answer can be stored and given again to the byte. */
export interface Answer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
  /** What it saw of the customer that it concerns. */
  readonly token: ConsistencyToken | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** The code of the problem that it tells of. */
  readonly problem?: ProblemCode;
}

export function answerWith(status: number, body: unknown, token: ConsistencyToken | null = null): Answer {
  return { status, body: JSON.stringify(body), token };
}

export function answerProblem(error: ProblemError, requestId: string, token: ConsistencyToken | null = null): Answer {
  const { status, code: problem, headers } = error;
  return { status, body: JSON.stringify(problemBody(error, requestId)), token, headers, problem };
}
