import type { NewLoan } from '@mo/contracts';
import { type Command, refuse, refuseUnknown } from '@mo/messaging';
import { type Origin, ProblemError, type RequestKey } from '@mo/service-kit';
import type { LoanAccount } from '../domain/account.ts';
import { takeLoan } from '../domain/credit.ts';
import { decisionOn } from './decisions.ts';
import { type LoanNeeds, NO_LOANS } from './needs.ts';

/** Takes or requests a loan: granted if it fits the credit line. */
export function takeLoanCommand(
  request: NewLoan,
  key: RequestKey | null,
  origin: Origin,
): Command<LoanAccount, LoanNeeds> {
  const customer = { customerId: request.customer_id, externalId: request.customer_external_id };
  return {
    name: 'take-loan',
    customer,
    claims: request.external_id,
    needs: NO_LOANS,
    key,
    origin,
    decide: (account, { nowMs, id, taken }) => {
      const credit = takeLoan(account, request, id, nowMs);
      const isInvalid = !credit.granted && credit.refusal.code === 'taken_in_future';
      if (taken && !isInvalid)
        return refuse(new ProblemError('already_exists', `the loan ${request.external_id} already exists`), origin);
      if (!credit.granted && credit.refusal.code === 'customer_not_found') return refuseUnknown(customer, origin);
      return decisionOn(credit, account, origin, 201);
    },
  };
}
