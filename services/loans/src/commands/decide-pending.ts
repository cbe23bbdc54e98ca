import type { Command, Decision } from '@mo/messaging';
import type { Origin, RequestKey } from '@mo/service-kit';
import { type LoanAccount, loanOf } from '../domain/account.ts';
import { activateLoan, eventOf } from '../domain/credit.ts';
import { presentLoan } from '../http/presenter.ts';
import { decisionOn, refusal } from './decisions.ts';
import type { LoanNeeds } from './needs.ts';

interface PendingLoan {
  readonly loanId: number;
  readonly customerId: number;
}

/** Activates a pending loan: it is taken now. If the activation is refused, the loan stays pending. */
export function activateLoanCommand(
  pending: PendingLoan,
  key: RequestKey | null,
  origin: Origin,
): Command<LoanAccount, LoanNeeds> {
  return onLoan('activate-loan', pending, key, origin, (account, nowMs) =>
    decisionOn(activateLoan(account, loanOf(account, pending.loanId), nowMs), account, origin, 200),
  );
}

/** Rejects a pending loan, which frees its credit. */
export function rejectLoanCommand(
  pending: PendingLoan,
  key: RequestKey | null,
  origin: Origin,
): Command<LoanAccount, LoanNeeds> {
  return onLoan('reject-loan', pending, key, origin, (account) => {
    const loan = loanOf(account, pending.loanId);
    if (loan.status !== 'pending') return refusal({ code: 'loan_not_pending' }, origin);
    return {
      events: [{ type: 'LoanRejected', data: eventOf(account, loan) }],
      confirmBy: [],
      answer: (after) => ({ status: 200, body: presentLoan(loanOf(after, loan.id), after.externalId) }),
    };
  });
}

function onLoan(
  name: string,
  { loanId, customerId }: PendingLoan,
  key: RequestKey | null,
  origin: Origin,
  decide: (account: LoanAccount, nowMs: number) => Decision<LoanAccount>,
): Command<LoanAccount, LoanNeeds> {
  return {
    name,
    customer: { customerId },
    claims: null,
    needs: { loanIds: [loanId] },
    key,
    origin,
    decide: (account, { nowMs }) => {
      if (account === null) throw new Error(`loan ${loanId} has no account ${customerId}`);
      return decide(account, nowMs);
    },
  };
}
