import { Webhook } from 'standardwebhooks';
import { Tally } from '../src/tally.ts';
import { Hook, type Message, UNDER_WAY_MS_MAX, UNVERIFIED_MAX } from '../src/webhooks/hook.ts';

const [FIRST, SECOND] = ['whsec_Zmlyc3Q=', 'whsec_c2Vjb25k'] as const;
const QUIET = 'a webhook gets nothing after it was disabled or removed';
const NOW_MS = Date.now();

let tally: Tally;
let hook: Hook;
beforeEach(() => {
  tally = new Tally();
  hook = new Hook('hook', ['LoanTaken'], tally.violate);
});

function messageOf(secret: string, id = 'loans-7-1'): Message {
  const [now, body] = [new Date(), '{}'];
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, now, body),
  };
  return { id, headers, body };
}

/** Delivers a message of an event of this time. */
const arrive = (message: Message, decidedMs = NOW_MS, nowMs = decidedMs) => hook.arrive(message, decidedMs, 1, nowMs);

describe('the signature of a message', () => {
  it('is verified once the secret is known', () => {
    arrive(messageOf(FIRST));
    expect(hook.unverified).toHaveLength(1);
    hook.learn(FIRST, NOW_MS);
    expect(hook.unverified).toEqual([]);
  });

  it('is wrong if no secret of the webhook made it, or for another message', () => {
    hook.learn(FIRST, NOW_MS);
    arrive(messageOf(SECOND));
    arrive({ ...messageOf(FIRST), body: '{ }' });
    expect(hook.unverified).toHaveLength(2);
  });

  it('is told of some messages if many are wrong', () => {
    hook.learn(FIRST, NOW_MS);
    for (let message = 0; message <= UNVERIFIED_MAX; message += 1) arrive(messageOf(SECOND));
    expect(hook.unverified).toHaveLength(UNVERIFIED_MAX);
  });

  it('may be by an old secret only for events before the new one was told', () => {
    hook.learn(FIRST, NOW_MS);
    hook.learn(SECOND, NOW_MS + 10);
    arrive(messageOf(FIRST), NOW_MS + 10);
    expect(hook.unverified).toEqual([]);
    arrive(messageOf(FIRST), NOW_MS + 11);
    expect(hook.unverified).toHaveLength(1);
    arrive(messageOf(SECOND), NOW_MS + 11);
    expect(hook.unverified).toHaveLength(1);
  });
});

describe('a webhook that was removed', () => {
  beforeEach(() => {
    hook.learn(FIRST, NOW_MS);
    hook.became('active', NOW_MS);
    hook.willFallSilent();
    hook.became('removed', NOW_MS + 10);
  });

  it('may still get what was under way', () => {
    arrive(messageOf(FIRST), NOW_MS + 10, NOW_MS + 10 + UNDER_WAY_MS_MAX);
    expect(tally.violations).toEqual([]);
  });

  it('gets no message of a later event', () => {
    arrive(messageOf(FIRST), NOW_MS + 11);
    expect(tally.violations).toEqual([{ rule: QUIET, detail: 'hook: loans-7-1' }]);
  });

  it('gets nothing for long', () => {
    arrive(messageOf(FIRST), NOW_MS, NOW_MS + 11 + UNDER_WAY_MS_MAX);
    expect(tally.violations).toEqual([{ rule: QUIET, detail: 'hook: loans-7-1' }]);
  });
});

it('a webhook that is disabled and activated again must get only what comes after that', () => {
  hook.became('active', NOW_MS);
  hook.willFallSilent();
  expect(hook.activeFromMs).toBe(Number.POSITIVE_INFINITY);
  hook.became('disabled', NOW_MS + 1);
  hook.willSpeak();
  expect(hook.quietFromMs).toBe(Number.POSITIVE_INFINITY);
  hook.became('active', NOW_MS + 2);
  expect(hook.activeFromMs).toBe(NOW_MS + 2);
});

it('tells how long after the receiver was done a message came again', () => {
  const first = arrive(messageOf(FIRST));
  first.doneMs = NOW_MS + 5;
  expect(arrive(messageOf(FIRST), NOW_MS, NOW_MS + 20)).toBe(first);
  // That delivery is refused.
  arrive(messageOf(FIRST), NOW_MS, NOW_MS + 30);
  expect(hook.againMs).toEqual([15]);
});
