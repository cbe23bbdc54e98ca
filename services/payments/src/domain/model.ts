import type { StreamModel } from '@mo/messaging';
import { evolve, type PaymentAccount, unknownAccount } from './account.ts';

/** The payments service's part in the protocol. */
export const paymentModel: StreamModel<PaymentAccount> = {
  stream: 'payments',
  follows: ['customers', 'loans'],
  decidesOn: ['customers', 'loans'],
  unknown: unknownAccount,
  externalIdOf: (account) => account.externalId,
  evolve: (account, events) => events.reduce(evolve, account),
  restricts: (event) => event.type === 'PaymentApplied',
  react: () => [],
};
