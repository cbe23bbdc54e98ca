/** Webhooks: who sends a message, to where, and when it no longer may. */
import { type Fault, servers, unit } from '../fault.ts';

const CLAIMS = servers('services/webhooks/test/claims');
const NAMES = unit('services/webhooks/test/names');
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
    id: 'given-up-while-disabled',
    file: 'services/webhooks/src/delivery/lanes.ts',
    replace: 'greatest(d.created_at, w.resumed_at)',
    by: 'greatest(d.created_at, w.created_at)',
    breaks: 'what waited for a disabled webhook is given up after one attempt each, within seconds',
    check: TURNS,
  },
  {
    id: 'given-up-without-a-pause',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: '      turn.pauseMs = pauseMs(attempts, attempt.retryAfterMs, Math.random());\n',
    by: '      turn.pauseMs = pauseMs(attempts, attempt.retryAfterMs, Math.random());\n      if (outcome.status !== "pending") continue;\n',
    breaks: 'a receiver that is away for three days gets all that waits for it without a pause',
    check: TURNS,
  },
  {
    id: 'never-given-up',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: "ageMs >= DELIVERY_MS_MAX ? 'failed'",
    by: "ageMs < 0 ? 'failed'",
    breaks: 'one message that is never taken keeps all others of its customer for good',
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
  {
    id: 'name-looked-up-for-each-attempt',
    file: 'services/webhooks/src/delivery/names.ts',
    replace: 'if (underWay !== undefined) return underWay;',
    by: '',
    breaks: 'name servers are asked for one name as often as there are attempts under way',
    check: NAMES,
  },
  {
    id: 'lookup-without-end',
    file: 'services/webhooks/src/delivery/names.ts',
    replace: 'setTimeout(() => resolver.cancel(), timeoutMs)',
    by: 'setTimeout(() => {}, timeoutMs)',
    breaks: 'a lookup goes on after its attempt was given up',
    check: NAMES,
  },
  {
    id: 'name-by-the-operating-system',
    file: 'services/webhooks/src/delivery/names.ts',
    replace: '[resolver.resolve4(name), resolver.resolve6(name)]',
    by: "[4, 6].map(async (family) => (await (await import('node:dns/promises')).lookup(name, { family, all: true })).map(({ address }) => address))",
    breaks: 'a few names whose servers are silent hold all threads, and with them every other connection',
    check: NAMES,
  },
  {
    id: 'silent-family-loses-the-other',
    file: 'services/webhooks/src/delivery/names.ts',
    replace: '  if (found.length > 0) return found;\n  const codes',
    by: "  if (found.length > 0 && asked.every(({ status }) => status === 'fulfilled')) return found;\n  const codes",
    breaks: 'a receiver that has addresses of one family alone is not found',
    check: NAMES,
  },
  {
    id: 'hosts-file-passed-over',
    file: 'services/webhooks/src/delivery/names.ts',
    replace: 'if (known !== undefined) return known;',
    by: '',
    breaks: 'receivers of which the hosts file tells, as that of a container does, are not found',
    check: NAMES,
  },
  {
    id: 'loopback-in-an-old-notation',
    file: 'services/webhooks/src/delivery/targets.ts',
    replace: " && (isIP(address) === 4 || GLOBAL_IPV6.check(address, 'ipv6'))",
    by: '',
    breaks: 'what is written as ::127.0.0.1 counts as an address of the public internet',
    check: unit('services/webhooks/test/targets'),
  },
];
