import type { ConsistencyToken, ProblemCode } from '@mo/contracts';
import { type ProblemError, problemBody } from './problem-error.ts';

/** The answer to a caller. The body is serialized once, so that an answer can be stored and replayed byte by byte. */
export interface Answer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
  /** The consistency token of the customer's state that the answer reflects. */
  readonly token: ConsistencyToken | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** The code of the problem, if the answer is one. */
  readonly problem?: ProblemCode;
}

export function answerWith(status: number, body: unknown, token: ConsistencyToken | null = null): Answer {
  return { status, body: JSON.stringify(body), token };
}

export function answerProblem(error: ProblemError, requestId: string, token: ConsistencyToken | null = null): Answer {
  const { status, code: problem, headers } = error;
  return { status, body: JSON.stringify(problemBody(error, requestId)), token, headers, problem };
}
