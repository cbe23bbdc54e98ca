/** Webhooks: who sends a message, to where, and when it no longer may. */
import { type Fault, servers } from '../fault.ts';

const CLAIMS = servers('services/webhooks/test/claims');

export const sending: readonly Fault[] = [
  {
    id: 'claim-repeats',
    file: 'services/webhooks/src/delivery/lanes.ts',
    replace: "SET claim = nextval('lane_claims')",
    by: 'SET claim = claim + 1',
    breaks: 'a process whose claim has ended settles the claim of another, once the lane has gone and come again',
    check: CLAIMS,
  },
  {
    id: 'claim-the-version-before-reaches',
    file: 'services/webhooks/src/db/migrations/2026-11-27-claims.ts',
    replace: 'INCREMENT 1000',
    by: 'INCREMENT 1',
    breaks: 'while a version is rolled out, a process whose claim has ended settles that of another',
    check: CLAIMS,
  },
  {
    id: 'delivered-message-pending-again',
    file: 'services/webhooks/src/delivery/lanes.ts',
    replace: ' AND deliveries.status = ${PENDING}',
    by: '',
    breaks: 'a message that was delivered is sent again, and counts as not delivered',
    check: CLAIMS,
  },
];
