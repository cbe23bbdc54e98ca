import type { CustomerChange } from '@mo/contracts';
import { type Command, refuse, type Settlement } from '@mo/messaging';
import type { Origin, RequestKey } from '@mo/service-kit';
import type { CustomerAccount } from '../domain/account.ts';
import { changeOf } from '../domain/customer.ts';
import { noCustomer } from '../http/no-customer.ts';
import { presentCustomer } from '../http/presenter.ts';

/** A restriction takes effect once loans has applied it. Until then the status is 202: stored, but not yet enforced. */
const ENFORCED: Settlement = { peer: 'loans', statusOtherwise: 202 };

/** Changes a customer's score or status. Status 200 only once loans no longer grants credit by the old values. */
export function changeCustomerCommand(
  customerId: number,
  change: CustomerChange,
  key: RequestKey | null,
  origin: Origin,
): Command<CustomerAccount> {
  return {
    name: 'change-customer',
    customer: { customerId },
    claims: null,
    needs: null,
    key,
    origin,
    decide: (account) => {
      if (account === null) return refuse(noCustomer(customerId), origin);
      const data = changeOf(account, change);
      return {
        events: data === null ? [] : [{ type: 'CustomerUpdated', data }],
        confirmBy: [],
        answer: (after) => ({ status: 200, body: presentCustomer(after) }),
        settle: ENFORCED,
      };
    },
  };
}
