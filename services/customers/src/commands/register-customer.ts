import type { NewCustomer } from '@mo/contracts';
import { type Command, refuse } from '@mo/messaging';
import { type Origin, ProblemError, type RequestKey } from '@mo/service-kit';
import type { CustomerAccount } from '../domain/account.ts';
import { registration } from '../domain/customer.ts';
import { presentCustomer } from '../http/presenter.ts';

/** Registers a customer with a credit line. */
export function registerCustomerCommand(
  request: NewCustomer,
  key: RequestKey | null,
  origin: Origin,
): Command<CustomerAccount> {
  return {
    name: 'register-customer',
    customer: {},
    registers: true,
    claims: request.external_id,
    needs: null,
    key,
    origin,
    decide: (_account, { id, taken }) =>
      taken
        ? refuse(new ProblemError('already_exists', `the customer ${request.external_id} already exists`), origin)
        : {
            events: [{ type: 'CustomerRegistered', data: registration(request, id) }],
            confirmBy: [],
            answer: (after) => ({ status: 201, body: presentCustomer(after) }),
          },
  };
}
