import { ProblemError } from '@mo/service-kit';

/** The customer that a path names does not exist. */
export const noCustomer = (customerId: number): ProblemError =>
  new ProblemError('not_found', `there is no customer ${customerId}`);
