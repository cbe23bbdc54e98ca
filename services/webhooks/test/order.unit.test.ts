import type { Stream, Versions } from '@mo/contracts';
import { NO_VERSIONS, STREAMS } from '@mo/contracts';
import fc from 'fast-check';
import {
  type Absences,
  type Arrived,
  CAUSE_MS_MAX,
  missingOf,
  order,
  type State,
  type Waived,
} from '../src/intake/order.ts';

const arrived = (name: string, seen: Partial<Versions> = {}, waitedMs = 0): Arrived => {
  const [stream, version] = name.split(' ') as [Stream, string];
  return { event: { stream, version: Number(version), seen }, waitedMs };
};
const nameOf = ({ event: { stream, version } }: Arrived) => `${stream} ${version}`;
const stateOf = (versions: Partial<Versions>, waived: Waived = {}): State => ({
  versions: { ...NO_VERSIONS, ...versions },
  waived,
});
const orderedFrom = (state: State, absences: Absences, ...all: Arrived[]) => {
  const { released, waiting, versions, ...rest } = order(state, all, absences);
  return { released: released.map(nameOf), waiting: waiting.map(nameOf), last: versions, ...rest };
};
const ordered = (versions: Partial<Versions>, ...all: Arrived[]) => {
  const { released, waiting, last } = orderedFrom(stateOf(versions), {}, ...all);
  return { released, waiting, last };
};

describe('the release order of the events of a customer', () => {
  it('follows the versions of each stream', () => {
    expect(ordered({}, arrived('loans 2'), arrived('loans 1'), arrived('loans 3')).released).toEqual([
      'loans 1',
      'loans 2',
      'loans 3',
    ]);
  });

  it('puts a cause before its effect, whichever arrived first', () => {
    const effect = arrived('payments 1', { loans: 2, customers: 1 });
    expect(ordered({}, effect)).toMatchObject({ released: [], waiting: ['payments 1'] });
    const causes = [arrived('loans 2', { customers: 1 }), arrived('loans 1', { customers: 1 }), arrived('customers 1')];
    expect(ordered({}, effect, ...causes)).toEqual({
      released: ['customers 1', 'loans 1', 'loans 2', 'payments 1'],
      waiting: [],
      last: { customers: 1, loans: 2, payments: 1 },
    });
  });

  it('holds back later events of the same stream only', () => {
    const found = ordered({}, arrived('loans 1', { customers: 1 }), arrived('loans 2'), arrived('payments 1'));
    expect(found).toMatchObject({ released: ['payments 1'], waiting: ['loans 1', 'loans 2'] });
  });

  it('contains no event twice', () => {
    expect(
      ordered({ loans: 2 }, arrived('loans 1'), arrived('loans 2'), arrived('loans 3'), arrived('loans 3')),
    ).toEqual({
      released: ['loans 3'],
      waiting: [],
      last: { customers: 0, loans: 3, payments: 0 },
    });
  });

  it('waits for missing versions of a stream for any time, also at its beginning', () => {
    expect(ordered({}, arrived('loans 2', {}, CAUSE_MS_MAX))).toMatchObject({ released: [], waiting: ['loans 2'] });
    expect(ordered({ loans: 3 }, arrived('loans 5', {}, CAUSE_MS_MAX))).toMatchObject({
      released: [],
      waiting: ['loans 5'],
    });
    expect(ordered({ loans: 3 }, arrived('loans 5'), arrived('loans 4')).released).toEqual(['loans 4', 'loans 5']);
    expect(ordered({}, arrived('loans 1', { customers: 9 }, CAUSE_MS_MAX)).released).toEqual([]);
  });

  it('continues without versions that the owner lacks, after a while', () => {
    const ended: Absences = { customers: { versions: [8, 9], why: 'ended' } };
    const effect = (waitedMs: number) => arrived('loans 1', { customers: 9 }, waitedMs);
    const from = stateOf({ customers: 7 });
    expect(orderedFrom(from, ended, effect(CAUSE_MS_MAX - 1))).toMatchObject({ released: [], waivers: [] });
    expect(orderedFrom(from, ended, effect(CAUSE_MS_MAX), arrived('payments 1', { loans: 1 }))).toEqual({
      released: ['loans 1', 'payments 1'],
      waiting: [],
      last: { customers: 7, loans: 1, payments: 1 },
      waived: { customers: [[8, 9]] },
      waivers: [{ stream: 'customers', versions: [8, 9], why: 'ended' }],
    });
  });

  it('waives no other versions', () => {
    const unfit: Absences = { customers: { versions: [8, 8], why: 'unfit' } };
    const found = orderedFrom(stateOf({ customers: 7 }), unfit, arrived('loans 1', { customers: 9 }, CAUSE_MS_MAX));
    expect(found).toMatchObject({ released: [], waived: { customers: [[8, 8]] } });
    const state = { versions: found.last, waived: found.waived };
    const rest = orderedFrom(state, {}, arrived('loans 1', { customers: 9 }), arrived('customers 9'));
    expect(rest.released).toEqual(['customers 9', 'loans 1']);
  });

  it('lets no event wait for waived versions', () => {
    const from = stateOf({ customers: 7, loans: 1 }, { customers: [[8, 9]] });
    const found = orderedFrom(from, {}, arrived('loans 2', { customers: 9 }), arrived('customers 10'));
    expect(found).toMatchObject({ released: ['customers 10', 'loans 2'], waived: { customers: [[8, 9]] } });
  });

  it('releases a waived version that arrives late, once', () => {
    const from = stateOf({ loans: 9 }, { loans: [[4, 6]] });
    const late = arrived('loans 5');
    const found = orderedFrom(from, {}, late, late, arrived('loans 3'));
    expect(found).toMatchObject({
      released: ['loans 5'],
      last: { loans: 9 },
      waived: {
        loans: [
          [4, 4],
          [6, 6],
        ],
      },
    });
    expect(orderedFrom({ versions: found.last, waived: found.waived }, {}, late).released).toEqual([]);
  });

  it('reports versions as missing if events wait for them and they neither arrived nor were waived', () => {
    const waiting = [arrived('loans 6', { customers: 4 }), arrived('loans 9'), arrived('payments 1', { loans: 3 })];
    const missing = missingOf(stateOf({ loans: 2, customers: 4 }, { loans: [[4, 4]] }), waiting);
    expect(missing).toEqual({
      customers: [],
      loans: [
        [3, 3],
        [5, 5],
        [7, 8],
      ],
      payments: [],
    });
  });

  it('is correct for every interleaving of the topics', () => {
    const histories = fc.array(fc.tuple(fc.constantFrom(...STREAMS), fc.infiniteStream(fc.nat())), { maxLength: 40 });
    fc.assert(
      fc.property(histories, fc.infiniteStream(fc.nat()), (steps, choices) => {
        const choose = (below: number) => (choices.next().value as number) % below;
        const history = historyOf(
          steps.map(([stream]) => stream),
          choose,
        );
        const topics = STREAMS.map((stream) => history.filter(({ event }) => event.stream === stream));
        let state = stateOf({});
        let waiting: readonly Arrived[] = [];
        const released: Arrived[] = [];
        while (topics.some((topic) => topic.length > 0)) {
          const topic = topics.filter((left) => left.length > 0)[
            choose(topics.filter((left) => left.length > 0).length)
          ];
          const some = topic?.splice(0, 1 + choose(3)) ?? [];
          const step = order(state, [...waiting, ...some], {});
          state = step;
          waiting = step.waiting;
          released.push(...step.released);
        }
        expect(waiting).toEqual([]);
        expect(released.map(nameOf).sort()).toEqual(history.map(nameOf).sort());
        const last: Record<Stream, number> = { ...NO_VERSIONS };
        for (const { event } of released) {
          for (const stream of STREAMS) expect(event.seen[stream] ?? 0).toBeLessThanOrEqual(last[stream]);
          expect(event.version).toBe(last[event.stream] + 1);
          last[event.stream] = event.version;
        }
      }),
    );
  });
});

/** What happens to one customer, each event decided on some of what was there before. */
function historyOf(streams: readonly Stream[], choose: (below: number) => number): Arrived[] {
  const last: Record<Stream, number> = { ...NO_VERSIONS };
  return streams.map((stream) => {
    const seen = Object.fromEntries(
      STREAMS.filter((other) => other !== stream).map((other) => [other, choose(last[other] + 1)]),
    );
    last[stream] += 1;
    return { event: { stream, version: last[stream], seen }, waitedMs: 0 };
  });
}
