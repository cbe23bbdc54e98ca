import type { Stream } from '@mo/contracts';
import { type Origin, type ProblemError, problemBody } from '@mo/service-kit';
import type { Account } from './account.ts';
import type { Decision } from './command.ts';

/**
 * A decision without events that answers with a problem.
 *
 * @param confirmBy the followed streams that it depends on: pulled in this order before the refusal is final
 */
export function refuse<A extends Account>(
  problem: ProblemError,
  origin: Origin,
  confirmBy: readonly Stream[] = [],
): Decision<A> {
  const body = problemBody(problem, origin.requestId);
  const { status, headers, code } = problem;
  return { events: [], confirmBy, answer: () => ({ status, body, headers, problem: code }) };
}
