/** Webhooks: the sender and the target of a message, and when sending must stop. */
import { type Fault, servers, unit } from '../fault.ts';

const BACK_OFF = servers('services/webhooks/test/back-off');
const CLAIMS = servers('services/webhooks/test/claims');
const NAMES = unit('services/webhooks/test/names');
const TURNS = servers('services/webhooks/test/turns');

export const sending: readonly Fault[] = [
  {
    id: 'claim-repeats',
    file: 'services/webhooks/src/delivery/lanes.ts',
    replace: "SET claim = nextval('lane_claims')",
    by: 'SET claim = claim + 1',
    breaks: "a process with an expired claim settles another's claim after its lane was removed and created again",
    check: CLAIMS,
  },
  {
    id: 'claim-the-version-before-reaches',
    file: 'services/webhooks/src/db/migrations/2026-11-27-claims.ts',
    replace: 'INCREMENT 1000',
    by: 'INCREMENT 1',
    breaks: "during a rollout a process with an expired claim settles another's claim",
    check: CLAIMS,
  },
  {
    id: 'claim-expires-during-a-turn',
    file: 'services/webhooks/src/delivery/claims.ts',
    replace: 'if (lanes.length === 0) return false;',
    by: 'if (lanes.length >= 0) return false;',
    breaks: 'a slow receiver gets messages from two processes at once, out of order',
    check: TURNS,
  },
  {
    id: 'claim-of-another-renewed',
    file: 'services/webhooks/src/delivery/lanes.ts',
    replace: 'ON (webhook_id, customer_id, lanes.claim) = (mine.webhook, mine.customer, mine.claim)',
    by: 'ON (webhook_id, customer_id) = (mine.webhook, mine.customer)',
    breaks: 'a process that lost its claim keeps the lane from the others for as long as it works on it',
    check: CLAIMS,
  },
  {
    id: 'settled-lane-renewed',
    file: 'services/webhooks/src/delivery/lanes.ts',
    replace: 'WHERE held FOR UPDATE OF lanes SKIP LOCKED',
    by: 'FOR UPDATE OF lanes SKIP LOCKED',
    breaks: 'a lane that is due at once rests, and one that rests for hours is due within seconds',
    check: CLAIMS,
  },
  {
    id: 'lost-claim-goes-on',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: ' || !this.#claims.isHeld(lane)',
    by: '',
    breaks: 'while claims cannot be renewed, each message of a slow receiver is sent by several processes',
    check: TURNS,
  },
  {
    id: 'claims-outlive-their-process',
    file: 'services/webhooks/src/delivery/lanes.ts',
    replace: 'CLAIM_MS = 15_000',
    by: 'CLAIM_MS = 120_000',
    breaks: "after a crash a customer's messages wait for minutes",
    check: servers('system-tests/test/services-down'),
  },
  {
    id: 'delivered-message-pending-again',
    file: 'services/webhooks/src/delivery/lanes.ts',
    replace: ' AND deliveries.status = ${PENDING}',
    by: '',
    breaks: 'a delivered message is sent again, and counts as not delivered',
    check: CLAIMS,
  },
  {
    id: 'turn-goes-on-to-where-it-was',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: `    for (const delivery of deliveries) {
      if (clock.elapsed() >= turn.endMs || this.#stopping.signal.aborted || !this.#claims.isHeld(lane)) return;
      const receiver = await receiverOf(webhookId);
      if (receiver === null) return;
`,
    by: `    const receiver = await receiverOf(webhookId);
    if (receiver === null) return;
    for (const delivery of deliveries) {
      if (clock.elapsed() >= turn.endMs || this.#stopping.signal.aborted || !this.#claims.isHeld(lane)) return;
`,
    breaks: 'after a change a running turn still uses the old URL and secret, and disabled or removed webhooks',
    check: TURNS,
  },
  {
    id: 'sent-while-disabled',
    file: 'services/webhooks/src/webhooks/webhook-table.ts',
    replace: 'FROM webhooks WHERE id = $1 AND status = ${ACTIVE} AND',
    by: 'FROM webhooks WHERE id = $1 AND',
    breaks: 'a disabled or removed webhook gets messages until the turn ends',
    check: TURNS,
  },
  {
    id: 'given-up-while-disabled',
    file: 'services/webhooks/src/delivery/lanes.ts',
    replace: 'greatest(d.created_at, w.resumed_at)',
    by: 'greatest(d.created_at, w.created_at)',
    breaks: 'messages that waited for a disabled webhook are abandoned after one attempt each',
    check: TURNS,
  },
  {
    id: 'given-up-without-a-pause',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: '      turn.pauseMs = pauseMs(count, attempt.retryAfterMs, Math.random());\n',
    by: '      turn.pauseMs = pauseMs(count, attempt.retryAfterMs, Math.random());\n      if (outcome.status !== "pending") continue;\n',
    breaks: 'a receiver that was down for three days gets all waiting messages without a pause',
    check: TURNS,
  },
  {
    id: 'never-given-up',
    file: 'services/webhooks/src/delivery/schedule.ts',
    replace: 'ageMs >= (attempts >= ATTEMPTS_MIN',
    by: 'ageMs < 0 && 0 < (attempts >= ATTEMPTS_MIN',
    breaks: 'one message that is never accepted blocks all others of its customer forever',
    check: TURNS,
  },
  {
    id: 'given-up-for-waiting',
    file: 'services/webhooks/src/delivery/schedule.ts',
    replace: 'attempts >= ATTEMPTS_MIN ? DELIVERY_MS_MAX : DELIVERY_MS_END',
    by: 'attempts > 0 ? DELIVERY_MS_MAX : DELIVERY_MS_END',
    breaks: 'once a message is given up, all that waited behind it for three days get one attempt each',
    check: BACK_OFF,
  },
  {
    id: 'given-up-in-spite-of-a-restart',
    file: 'services/webhooks/src/delivery/lanes.ts',
    replace: 'CASE WHEN o.status = ${FAILED}',
    by: 'CASE WHEN o.status = ${FAILED} AND o.status < 0',
    breaks: 'the messages that are under way when an owner mends the URL of a receiver are lost',
    check: BACK_OFF,
  },
  {
    id: 'replay-reads-to-the-end',
    file: 'services/webhooks/src/webhooks/delivery-table.ts',
    replace: "AND taken_at < coalesce($2::timestamptz, 'infinity')",
    by: 'AND ($2::timestamptz IS NULL OR taken_at < $2)',
    breaks: 'each part of a replay reads all later events, and the whole never ends in a large system',
    check: servers('services/webhooks/test/history'),
  },
  {
    id: 'gone-from-where-it-was',
    file: 'services/webhooks/src/webhooks/webhook-table.ts',
    replace: '${RESTARTED_AT} = $2::timestamptz AND status = ${ACTIVE} RETURNING 1`',
    by: '$2::text IS NOT NULL AND status = ${ACTIVE} RETURNING 1`',
    breaks: 'a 410 from the old URL, or from before an activation, disables a webhook that is active again',
    check: BACK_OFF,
  },
  {
    id: 'moved-waits-for-the-old-pause',
    file: 'services/webhooks/src/delivery/lanes.ts',
    replace: 'if (failures !== null) await run(sql, hurry',
    by: 'if (failures?.count === -1) await run(sql, hurry',
    breaks: 'a webhook that moved or was activated while an attempt was under way waits up to 4 h for its next message',
    check: BACK_OFF,
  },
  {
    id: 'restart-misses-a-lane-that-is-settled',
    file: 'services/webhooks/src/webhooks/webhook-table.ts',
    replace: `WHERE webhook_id = $1
          AND customer_id = ANY (ARRAY(SELECT customer_id FROM next WHERE NOT held))`,
    by: `WHERE webhook_id = $1 AND NOT held
          AND customer_id = ANY (ARRAY(SELECT customer_id FROM next))`,
    breaks: 'a lane that is released during an activation waits up to 4 h',
    check: BACK_OFF,
  },
  {
    id: 'restart-with-the-old-backoff',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: 'failures.restartedAt === restartedAt ?',
    by: 'failures.count > 0 ?',
    breaks: 'after an activation or another URL the first failure is followed by a pause of up to 4 h',
    check: BACK_OFF,
  },
  {
    id: 'backoff-of-the-message-before',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: 'Math.min(failures.count, attempts)',
    by: 'failures.count',
    breaks: 'the first failure after a message that was accepted late is followed by a pause of up to 4 h',
    check: BACK_OFF,
  },
  {
    id: 'sent-and-not-written-down',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: '      throw error;\n    } finally {',
    by: '      turn.outcomes.length = 0;\n      throw error;\n    } finally {',
    breaks: 'messages sent before a short database outage are sent again',
    check: TURNS,
  },
  {
    id: 'outcomes-stored-late',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: 'clock.elapsed() >= turn.endMs || ',
    by: '',
    breaks: 'messages that a slow receiver accepted are pending for minutes, and sent again after a crash',
    check: TURNS,
  },
  {
    id: 'turn-over-before-it-begins',
    file: 'services/webhooks/src/delivery/dispatcher.ts',
    replace: `    const deliveries = await lanes.next(lane);
    // Begins after the read, so that a turn sends at least one message, however slow the database is.
    const turn: Turn = { endMs: clock.elapsed() + TURN_MS, outcomes: [], pauseMs: 0, failures: null };
`,
    by: `    const turn: Turn = { endMs: clock.elapsed() + TURN_MS, outcomes: [], pauseMs: 0, failures: null };
    const deliveries = await lanes.next(lane);
`,
    breaks: 'while the database takes seconds for a read, no message is sent',
    check: TURNS,
  },
  {
    id: 'name-looked-up-for-each-attempt',
    file: 'services/webhooks/src/delivery/names.ts',
    replace: 'if (underWay !== undefined) return underWay;',
    by: '',
    breaks: 'each concurrent attempt queries the name servers for the same name',
    check: NAMES,
  },
  {
    id: 'lookup-without-end',
    file: 'services/webhooks/src/delivery/names.ts',
    replace: 'setTimeout(() => resolver.cancel(), timeoutMs)',
    by: 'setTimeout(() => {}, timeoutMs)',
    breaks: 'a lookup continues after its attempt was abandoned',
    check: NAMES,
  },
  {
    id: 'name-by-the-operating-system',
    file: 'services/webhooks/src/delivery/names.ts',
    replace: '[resolver.resolve4(name), resolver.resolve6(name)]',
    by: "[4, 6].map(async (family) => (await (await import('node:dns/promises')).lookup(name, { family, all: true })).map(({ address }) => address))",
    breaks: 'a few names with unresponsive name servers occupy all threads, and block every other connection',
    check: NAMES,
  },
  {
    id: 'silent-family-loses-the-other',
    file: 'services/webhooks/src/delivery/names.ts',
    replace: '  if (found.length > 0) return found;\n  const codes',
    by: "  if (found.length > 0 && asked.every(({ status }) => status === 'fulfilled')) return found;\n  const codes",
    breaks: 'a receiver with addresses of a single family is not found',
    check: NAMES,
  },
  {
    id: 'hosts-file-passed-over',
    file: 'services/webhooks/src/delivery/names.ts',
    replace: 'if (known !== undefined) return known;',
    by: '',
    breaks: 'receivers in the hosts file, such as that of a container, are not found',
    check: NAMES,
  },
  {
    id: 'loopback-in-an-old-notation',
    file: 'services/webhooks/src/delivery/targets.ts',
    replace: " && (isIP(address) === 4 || GLOBAL_IPV6.check(address, 'ipv6'))",
    by: '',
    breaks: '::127.0.0.1 counts as an address of the public internet',
    check: unit('services/webhooks/test/targets'),
  },
];
