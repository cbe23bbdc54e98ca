/** Translates the domain's decisions into those of the protocol. */

import type { EventData } from '@mo/contracts';
import { type Decision, refuse } from '@mo/messaging';
import { formatMoney } from '@mo/money';
import { invalid, type Origin, ProblemError } from '@mo/service-kit';
import type { LoanAccount } from '../domain/account.ts';
import { loanOf } from '../domain/account.ts';
import type { Credit, Refusal } from '../domain/credit.ts';
import { presentLoan } from '../http/presenter.ts';

/** Grants or refuses credit. If the loan doesn't sort last, every response, even a repeated one, waits for payments. */
export function decisionOn(
  credit: Credit,
  account: LoanAccount | null,
  origin: Origin,
  status: number,
): Decision<LoanAccount> {
  if (!credit.granted) return refusal(credit.refusal, origin);
  const { loan_id } = credit.data;
  const sortsLast = credit.type === 'LoanRequested' || isLast(credit.data, account?.lastTakenMs ?? 0);
  return {
    events: [credit],
    confirmBy: [],
    answer: (after) => ({ status, body: presentLoan(loanOf(after, loan_id), after.externalId) }),
    ...(sortsLast ? {} : { settle: { peer: 'payments' } }),
  };
}

/** Whether a loan sorts after all others. Ties are broken by id, which a requested loan got earlier. */
function isLast({ taken_at, requested }: EventData<'LoanTaken'>, lastTakenMs: number): boolean {
  const takenMs = Date.parse(taken_at);
  return takenMs > lastTakenMs || (takenMs === lastTakenMs && !requested);
}

/** A refusal, with the streams that it depends on: customers can restrict, payments can only relax it. */
export function refusal(reason: Refusal, origin: Origin): Decision<LoanAccount> {
  switch (reason.code) {
    case 'taken_in_future':
      throw invalid('body', '/taken_at', 'must not be in the future', 'in_future');
    case 'loan_not_pending':
      return refuse(new ProblemError('loan_not_pending', 'only a pending loan can be activated or rejected'), origin);
    case 'customer_not_found':
      return refuse(new ProblemError('customer_not_found', 'the customer of the loan does not exist'), origin, [
        'customers',
      ]);
    case 'customer_inactive':
      return refuse(new ProblemError('customer_inactive', 'an inactive customer gets no loan'), origin, ['customers']);
    case 'credit_limit_exceeded': {
      const available = formatMoney(reason.available);
      const members = { available_amount: available };
      const problem = new ProblemError('credit_limit_exceeded', `only ${available} of the credit line is available`, {
        members,
      });
      return refuse(problem, origin, ['customers', 'payments']);
    }
    default:
      return reason satisfies never;
  }
}
