import { type BalanceBody, type CustomerBody, isoTime } from '@mo/contracts';
import { formatMoney } from '@mo/money';
import { availableOf, type CustomerAccount } from '../domain/account.ts';

/** The fields of a customer that callers see; both an account and a row contain them. */
export type CustomerView = Pick<
  CustomerAccount,
  'customerId' | 'externalId' | 'status' | 'score' | 'preapprovedAt' | 'createdAt' | 'updatedAt'
>;
export type BalanceView = Pick<CustomerAccount, 'customerId' | 'externalId' | 'score' | 'totalDebt'>;

/** The API representation of a customer. */
export function presentCustomer(customer: CustomerView): CustomerBody {
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
