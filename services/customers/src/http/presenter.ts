import { type BalanceBody, type CustomerBody, isoTime } from '@mo/contracts';
import { formatMoney } from '@mo/money';
import { availableOf, type Customer, type CustomerAccount } from '../domain/account.ts';

export type BalanceView = Pick<CustomerAccount, 'customerId' | 'externalId' | 'score' | 'totalDebt'>;

/** The API representation of a customer. */
export function presentCustomer(customer: Customer): CustomerBody {
  return {
    id: customer.customerId,
    external_id: customer.externalId,
    status: customer.status,
    score: formatMoney(customer.score),
    preapproved_at: customer.preapprovedAt && isoTime(customer.preapprovedAt),
    created_at: isoTime(customer.createdAt),
    updated_at: isoTime(customer.updatedAt),
  };
}

/** The API representation of a balance. */
export function presentBalance(balance: BalanceView): BalanceBody {
  return {
    customer_id: balance.customerId,
    external_id: balance.externalId,
    score: formatMoney(balance.score),
    total_debt: formatMoney(balance.totalDebt),
    available_amount: formatMoney(availableOf(balance)),
  };
}
