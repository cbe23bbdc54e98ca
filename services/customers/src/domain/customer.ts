/** Decisions on customers. Pure functions; each decision is an event. */
import type { CustomerChange, EventData, NewCustomer } from '@mo/contracts';
import { formatMoney } from '@mo/money';
import type { CustomerAccount } from './account.ts';

/** The event that registers a customer. */
export function registration(request: NewCustomer, id: number): EventData<'CustomerRegistered'> {
  return {
    customer_id: id,
    customer_external_id: request.external_id,
    status: request.status,
    score: formatMoney(request.score),
    preapproved_at: request.preapproved_at?.toISOString() ?? null,
  };
}

/** The event for a change of score or status; null if nothing changes. */
export function changeOf(account: CustomerAccount, change: CustomerChange): EventData<'CustomerUpdated'> | null {
  const { score = account.score, status = account.status } = change;
  if (score === account.score && status === account.status) return null;
  return {
    customer_id: account.customerId,
    customer_external_id: account.externalId,
    status,
    score: formatMoney(score),
    preapproved_at: account.preapprovedAt?.toISOString() ?? null,
  };
}
