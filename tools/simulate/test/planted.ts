/** Faults that a test plants in the simulated production code, to prove that the simulation finds them. */
import type { Account, StreamModel } from '@mo/messaging';
import type { Tamper } from '../src/world/world.ts';

const inModel = (change: <A extends Account>(real: StreamModel<A>) => Partial<StreamModel<A>>): Tamper => ({
  model: (real) => ({ ...real, ...change(real) }),
});

export const PLANTED = {
  'real time is read': inModel((real) => ({
    unknown: (customerId) => {
      Date.now();
      return real.unknown(customerId);
    },
  })),
  'nothing restricts': inModel(() => ({ restricts: () => false })),
  'decisions rest on nothing': inModel(() => ({ decidesOn: [] })),
  'followed events bring about nothing': inModel(() => ({ react: () => [] })),
  'tokens are passed over': {
    replica: ({ writePath }) => {
      writePath.catchUpWith = () => Promise.resolve();
    },
  },
  'settlements are claimed and not done': {
    replica: ({ writePath }) => {
      const catchUp = writePath.catchUp.bind(writePath);
      writePath.catchUp = (customerId, stream, version, reason) =>
        reason === 'settle' ? Promise.resolve(true) : catchUp(customerId, stream, version, reason);
    },
  },
} as const satisfies Record<string, Tamper>;

export type Planted = keyof typeof PLANTED;
