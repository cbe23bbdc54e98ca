import { type FieldError, isIdOfNothing, type Stream } from '@mo/contracts';
import { type Origin, ProblemError, problemBody } from '@mo/service-kit';
import type { Account } from './account.ts';
import type { CustomerRef, Decision } from './command.ts';

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

/** Refuses a command whose body names a customer that doesn't exist, once customers was pulled. */
export function refuseUnknown<A extends Account>(customer: CustomerRef, origin: Origin): Decision<A> {
  const pointer = customer.customerId === undefined ? '/customer_external_id' : '/customer_id';
  const errors: FieldError[] = [{ pointer, in: 'body', code: 'not_found', detail: 'names no customer' }];
  return refuse(new ProblemError('customer_not_found', unknownText(customer), { errors }), origin, ['customers']);
}

function unknownText({ customerId, externalId }: CustomerRef): string {
  if (customerId === undefined) return `customer "${externalId}" does not exist`;
  return isIdOfNothing(customerId) ? 'no customer has so long an id' : `customer ${customerId} does not exist`;
}
