import type { StreamModel } from '@mo/messaging';
import { type CustomerAccount, evolve, unknownAccount } from './account.ts';

/** The customers service's part in the protocol: it decides alone, so its refusals need no confirmation by peers. */
export const customerModel: StreamModel<CustomerAccount> = {
  stream: 'customers',
  follows: ['loans', 'payments'],
  decidesOn: [],
  unknown: unknownAccount,
  externalIdOf: (account) => account.externalId,
  evolve: (account, events) => events.reduce(evolve, account),
  react: () => [],
  restricts: () => false,
};
