import type { Stream, StreamEvent } from '@mo/contracts';
import fc from 'fast-check';
import { appliedOf } from '../src/index.ts';
import { advance, classify, fallBehind } from '../src/protocol/follow.ts';
import { eventOf, type Ledger, ledgerModel, ledgerOf, nameOf } from './ledger.ts';

const OWN = 'loans';

/** What the follower does with an event, whatever brought it. */
function deliver(account: Ledger, event: StreamEvent): Ledger {
  const what = classify(OWN, account, event);
  if (what === 'duplicate') return account;
  return what === 'apply' ? advance(ledgerModel.evolve(account, [event]), event) : fallBehind(OWN, account, event);
}
const deliverAll = (events: readonly StreamEvent[], to = ledgerOf(1)): Ledger => events.reduce(deliver, to);

const customers = (version: number, seen = {}) => eventOf('customers', 1, version, seen);
const payments = (version: number, seen = {}) => eventOf('payments', 1, version, seen);

describe('an event', () => {
  const account = ledgerOf(1, { applied: { customers: 2, payments: 0 } });
  it.each([
    ['the next version is applied', customers(3), 'apply'],
    ['the last version again is a duplicate', customers(2), 'duplicate'],
    ['a version before it is a duplicate', customers(1), 'duplicate'],
    ['a version more than one ahead is a gap', customers(4), 'gap'],
    ['one that was decided on what is applied is applied', payments(1, { customers: 2 }), 'apply'],
    ['one that was decided on something not applied yet is early', payments(1, { customers: 3 }), 'early'],
    ['one that was decided on the own stream waits for nothing', payments(1, { loans: 9 }), 'apply'],
    ['a gap that is early as well is a gap', payments(2, { customers: 3 }), 'gap'],
  ])('%s', (_name, event, what) => {
    expect(classify(OWN, account, event)).toBe(what);
  });
});

describe('an account with missing events', () => {
  it('is behind up to the highest version seen', () => {
    expect(deliverAll([payments(3), payments(2)]).behind).toEqual({ payments: 3 });
  });

  it('is behind on the causes of an early event too', () => {
    expect(deliverAll([payments(1, { customers: 4 })]).behind).toEqual({ payments: 1, customers: 4 });
  });

  it('stays behind until the highest version is reached', () => {
    const behind = deliverAll([payments(3)]);
    expect(deliverAll([payments(1), payments(2)], behind).behind).toEqual({ payments: 3 });
    expect(deliverAll([payments(1), payments(2), payments(3)], behind).behind).toEqual({});
  });

  it('stays behind on other streams when one has caught up', () => {
    const behind = deliverAll([payments(1, { customers: 1 })]);
    expect(deliverAll([customers(1)], behind).behind).toEqual({ payments: 1 });
  });
});

/** Two streams that were written one event after the other, each event having seen some of the other stream. */
const universe = fc
  .array(fc.record({ stream: fc.constantFrom('customers' as const, 'payments' as const), lag: fc.nat({ max: 3 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((steps) => {
    const heads = { customers: 0, payments: 0 };
    return steps.map(({ stream, lag }) => {
      const other = stream === 'customers' ? 'payments' : 'customers';
      heads[stream] += 1;
      return eventOf(stream, 1, heads[stream], { [other]: Math.max(0, heads[other] - lag) });
    });
  });

/** A universe, and some of its events in any order, any of them more than once. */
const deliveries = universe.chain((events) =>
  fc.record({ events: fc.constant(events), pushed: fc.array(fc.constantFrom(...events), { maxLength: 30 }) }),
);

const pull = (account: Ledger, events: readonly StreamEvent[], stream: Stream): Ledger =>
  deliverAll(
    events.filter((event) => event.stream === stream && event.version > appliedOf(account, stream)),
    account,
  );

describe('however events are delivered', () => {
  it('exactly the versions seen and not applied are known as missing', () => {
    fc.assert(
      fc.property(deliveries, ({ pushed }) => {
        const account = deliverAll(pushed);
        for (const stream of ['customers', 'payments'] as const) {
          const known = pushed.flatMap((event) => [
            event.stream === stream ? event.version : 0,
            event.seen[stream] ?? 0,
          ]);
          const highest = Math.max(0, ...known);
          expect(account.behind[stream] ?? 0).toBe(highest > appliedOf(account, stream) ? highest : 0);
        }
      }),
    );
  });

  it('each takes effect once, in version order, and after all events that it was decided on', () => {
    fc.assert(
      fc.property(deliveries, ({ events, pushed }) => {
        const { history, applied } = deliverAll(pushed);
        const at = (name: string) => history.indexOf(name);
        for (const event of events.filter((one) => at(nameOf(one)) >= 0)) {
          if (event.version > 1) expect(at(`${event.stream} ${event.version - 1}`)).toBeLessThan(at(nameOf(event)));
          for (const [stream, version] of Object.entries(event.seen)) {
            if (version > 0) expect(at(`${stream} ${version}`)).toBeLessThan(at(nameOf(event)));
            if (version > 0) expect(at(`${stream} ${version}`)).toBeGreaterThanOrEqual(0);
          }
        }
        expect(new Set(history).size).toBe(history.length);
        expect(history).toHaveLength((applied.customers ?? 0) + (applied.payments ?? 0));
      }),
    );
  });

  it('pulls of missing events end in the same account, behind on nothing', () => {
    fc.assert(
      fc.property(deliveries, ({ events, pushed }) => {
        let account = deliverAll(pushed);
        for (let round = 0; round < events.length; round += 1) {
          account = pull(pull(account, events, 'customers'), events, 'payments');
        }
        const inOrder = deliverAll(events);
        expect(account).toMatchObject({ applied: inOrder.applied, behind: {} });
        expect([...account.history].sort()).toEqual([...inOrder.history].sort());
      }),
    );
  });
});
