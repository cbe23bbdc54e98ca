import type { StreamModel } from '@mo/messaging';
import { evolve, type LoanAccount, paidOffBy, unknownAccount } from './account.ts';
import { eventOf } from './credit.ts';

/** The loans service's part in the protocol. */
export const loanModel: StreamModel<LoanAccount> = {
  stream: 'loans',
  follows: ['customers', 'payments'],
  decidesOn: ['customers', 'payments'],
  unknown: unknownAccount,
  externalIdOf: (account) => account.externalId,
  evolve,
  restricts: (event) => event.type === 'LoanRequested' || (event.type === 'LoanTaken' && !event.data.requested),
  react: (before, event) =>
    event.type === 'PaymentApplied'
      ? paidOffBy(before, event).map((loan) => ({ type: 'LoanPaid', data: eventOf(before, loan) }))
      : [],
};
