/** Webhooks: who sends a message, to where, and when it no longer may. */
import { type Fault, servers } from '../fault.ts';

const CLAIMS = servers('services/webhooks/test/claims');
const TURNS = servers('services/webhooks/test/turns');

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
  {
    id: 'turn-goes-on-to-where-it-was',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: `    for (const delivery of deliveries) {
      if (performance.now() >= turn.endMs || this.#stopping.signal.aborted) return;
      const receiver = await receiverOf(webhookId);
      if (receiver === null) return;
`,
    by: `    const receiver = await receiverOf(webhookId);
    if (receiver === null) return;
    for (const delivery of deliveries) {
      if (performance.now() >= turn.endMs || this.#stopping.signal.aborted) return;
`,
    breaks:
      'after a change a turn still sends to the old URL, with the old secret, and to what was disabled or removed',
    check: TURNS,
  },
  {
    id: 'sent-while-disabled',
    file: 'services/webhooks/src/webhooks/webhook-table.ts',
    replace: 'FROM webhooks WHERE id = $1 AND status = ${ACTIVE}`',
    by: 'FROM webhooks WHERE id = $1`',
    breaks: 'what was disabled or removed gets messages until the turn ends',
    check: TURNS,
  },
  {
    id: 'gone-from-where-it-was',
    file: 'services/webhooks/src/webhooks/webhook-table.ts',
    replace: 'WHERE id = $1 AND url = $2 AND status = ${ACTIVE}`',
    by: 'WHERE id = $1 AND $2::text IS NOT NULL AND status = ${ACTIVE}`',
    breaks: 'a 410 from the old URL disables a webhook that has moved',
    check: TURNS,
  },
  {
    id: 'moved-waits-for-the-old-pause',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: 'if (now !== null && now.url !== receiver.url) turn.pauseMs = 0;',
    by: '',
    breaks: 'a webhook that moved while an attempt was under way waits up to 4 h for its next message',
    check: TURNS,
  },
  {
    id: 'sent-and-not-written-down',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: '      throw error;\n    } finally {',
    by: '      turn.outcomes.length = 0;\n      throw error;\n    } finally {',
    breaks: 'what was sent before the database went away for a moment is sent again',
    check: TURNS,
  },
];
