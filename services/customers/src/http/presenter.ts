import { type BalanceBody, type CustomerBody, isoTime } from '@mo/contracts';
import { formatMoney } from '@mo/money';
import { availableOf, type CustomerAccount } from '../domain/account.ts';

/** What callers see of a customer, as an account and a row both hold it. */
export type CustomerView = Pick<
  CustomerAccount,
  'customerId' | 'externalId' | 'status' | 'score' | 'preapprovedAt' | 'createdAt' | 'updatedAt'
>;
export type BalanceView = Pick<CustomerAccount, 'customerId' | 'externalId' | 'score' | 'totalDebt'>;

/** A customer as callers see it. */
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

/** A balance as callers see it. */
export function presentBalance(balance: BalanceView): BalanceBody {
  return {
    customer_id: balance.customerId,
    external_id: balance.externalId,
    score: formatMoney(balance.score),
    total_debt: formatMoney(balance.totalDebt),
    available_amount: formatMoney(availableOf(balance)),
  };
}
