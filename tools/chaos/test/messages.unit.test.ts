/** Each check of messages finds its fault, and nothing else. */
import { disorder, idOf, type JournalEvent, missing, untrue } from '../src/checks/messages.ts';
import { Hook, type Progress } from '../src/webhooks/hook.ts';

const TIME = new Date('2026-11-30T12:00:00.000Z');

const event = (stream: JournalEvent['stream'], version: number, more: Partial<JournalEvent> = {}): JournalEvent => ({
  stream,
  version,
  customerId: '7',
  type: { customers: 'CustomerUpdated', loans: 'LoanTaken', payments: 'PaymentApplied' }[stream],
  time: TIME,
  seen: {},
  data: '{"customer_id":7}',
  ...more,
});

/** A payment that was decided on two loans, and their customer. */
const EVENTS = [
  event('customers', 1),
  event('loans', 1, { seen: { customers: 1 } }),
  event('loans', 2, { seen: { customers: 1 } }),
  event('payments', 1, { seen: { loans: 2 } }),
];
const IDS = EVENTS.map(idOf);

/** A webhook for all of these types, with the arrival and acceptance of messages by id. */
function hookWith(messages: Readonly<Record<string, readonly [number, number | null]>>, activeFromMs = 0): Hook {
  const hook = new Hook('hook', ['CustomerUpdated', 'LoanTaken', 'PaymentApplied'], () => {});
  hook.activeFromMs = activeFromMs;
  for (const [id, [firstAt, acceptedAt]] of Object.entries(messages))
    hook.messages.set(id, { firstAt, acceptedAt, doneMs: null } satisfies Progress);
  return hook;
}

const RIGHT = { [IDS[0]!]: [1, 2], [IDS[1]!]: [3, 4], [IDS[2]!]: [5, 6], [IDS[3]!]: [7, 8] } as const;

describe('missing events', () => {
  it('are those that were not accepted, whether they arrived or not', () => {
    expect(missing(EVENTS, [hookWith(RIGHT)])).toEqual([]);
    const { [IDS[2]!]: _, ...others } = RIGHT;
    expect(missing(EVENTS, [hookWith(others)])).toEqual(['hook: LoanTaken loans-7-2']);
    expect(missing(EVENTS, [hookWith({ ...RIGHT, [IDS[2]!]: [5, null] })])).toEqual(['hook: LoanTaken loans-7-2']);
  });

  it('are only those of subscribed types, since the webhook was known to be active', () => {
    const rejected = event('loans', 3, { type: 'LoanRejected' });
    expect(missing([...EVENTS, rejected], [hookWith(RIGHT)])).toEqual([]);
    expect(missing(EVENTS, [hookWith({}, TIME.getTime())])).toEqual([]);
    expect(missing(EVENTS, [hookWith({}, TIME.getTime() - 1)])).toHaveLength(EVENTS.length);
  });
});

describe('disorder', () => {
  it('is not a message that arrives after those before it were accepted', () => {
    expect(disorder(EVENTS, [hookWith(RIGHT)])).toEqual([]);
  });

  it('is a message that arrives before the last one of its stream was accepted', () => {
    const early = { ...RIGHT, [IDS[1]!]: [3, 6], [IDS[2]!]: [5, 7], [IDS[3]!]: [8, 9] } as const;
    expect(disorder(EVENTS, [hookWith(early)])).toEqual(['hook: LoanTaken loans-7-2 with {"customers":1}']);
  });

  it('is an effect that arrives before its cause was accepted', () => {
    const early = { ...RIGHT, [IDS[2]!]: [5, 8], [IDS[3]!]: [7, 9] } as const;
    expect(disorder(EVENTS, [hookWith(early)])).toEqual(['hook: PaymentApplied payments-7-1 with {"loans":2}']);
  });

  it('is a message without those before it, unless they were not due', () => {
    const { [IDS[1]!]: _, ...others } = RIGHT;
    expect(disorder(EVENTS, [hookWith(others)])).toHaveLength(2);
    expect(disorder(EVENTS, [hookWith(others, TIME.getTime())])).toEqual([]);
  });

  it('is not between customers', () => {
    const other = event('customers', 1, { customerId: '8' });
    expect(disorder([...EVENTS, other], [hookWith({ ...RIGHT, [idOf(other)]: [2, 3] })])).toEqual([]);
  });
});

describe('untrue messages', () => {
  const bodyOf = (of: JournalEvent, more: object = {}) =>
    JSON.stringify({
      type: of.type,
      timestamp: of.time.toISOString(),
      sequence: of.version,
      data: JSON.parse(of.data),
      ...more,
    });
  const bodies = new Map(EVENTS.map((each) => [idOf(each), bodyOf(each)]));

  it('are not those that say what their events say', () => {
    expect(untrue(EVENTS, [hookWith(RIGHT)], bodies)).toEqual([]);
  });

  it.each([
    ['no event', 'loans-7-9', bodyOf(event('loans', 9))],
    ['another type', 'loans-7-1', bodyOf(EVENTS[1]!, { type: 'LoanPaid' })],
    ['another version', 'loans-7-1', bodyOf(EVENTS[1]!, { sequence: 2 })],
    ['another time', 'loans-7-1', bodyOf(EVENTS[1]!, { timestamp: '2026-11-30T12:00:00.001Z' })],
    ['other data', 'loans-7-1', bodyOf(EVENTS[1]!, { data: { customer_id: 8 } })],
    ['more than the event', 'loans-7-1', bodyOf(EVENTS[1]!, { more: 1 })],
  ])('are those of %s', (_, id, body) => {
    expect(untrue(EVENTS, [], new Map([...bodies, [id, body]]))).toEqual([`${id}: ${body}`]);
  });

  it('are those of types that a webhook does not subscribe to', () => {
    const hook = hookWith({ ...RIGHT, 'loans-7-3': [9, 10] });
    const paid = event('loans', 3, { type: 'LoanPaid' });
    const all = new Map([...bodies, [idOf(paid), bodyOf(paid)]]);
    expect(untrue([...EVENTS, paid], [hook], all)).toEqual(['hook: LoanPaid loans-7-3']);
  });
});
