import type { Stream, Versions } from '@mo/contracts';
import { NO_VERSIONS, STREAMS } from '@mo/contracts';
import fc from 'fast-check';
import { type Arrived, CAUSE_MS_MAX, order } from '../src/intake/order.ts';

const NOW_MS = 1_000_000;

const arrived = (name: string, seen: Partial<Versions> = {}, arrivedAtMs = NOW_MS): Arrived => {
  const [stream, version] = name.split(' ') as [Stream, string];
  return { event: { stream, version: Number(version), seen }, arrivedAtMs };
};
const nameOf = ({ event: { stream, version } }: Arrived) => `${stream} ${version}`;
const ordered = (versions: Partial<Versions>, ...all: Arrived[]) => {
  const { told, waiting, versions: last } = order({ ...NO_VERSIONS, ...versions }, all, NOW_MS);
  return { told: told.map(nameOf), waiting: waiting.map(nameOf), last };
};

describe('the order in which a customer is told of', () => {
  it('is that of each stream', () => {
    expect(ordered({}, arrived('loans 2'), arrived('loans 1'), arrived('loans 3')).told).toEqual([
      'loans 1',
      'loans 2',
      'loans 3',
    ]);
  });

  it('has a cause before its effect, whichever came first', () => {
    const effect = arrived('payments 1', { loans: 2, customers: 1 });
    expect(ordered({}, effect)).toMatchObject({ told: [], waiting: ['payments 1'] });
    const causes = [arrived('loans 2', { customers: 1 }), arrived('loans 1', { customers: 1 }), arrived('customers 1')];
    expect(ordered({}, effect, ...causes)).toEqual({
      told: ['customers 1', 'loans 1', 'loans 2', 'payments 1'],
      waiting: [],
      last: { customers: 1, loans: 2, payments: 1 },
    });
  });

  it('holds back what follows one that waits, in the same stream alone', () => {
    const found = ordered({}, arrived('loans 1', { customers: 1 }), arrived('loans 2'), arrived('payments 1'));
    expect(found).toMatchObject({ told: ['payments 1'], waiting: ['loans 1', 'loans 2'] });
  });

  it('has nothing twice', () => {
    expect(
      ordered({ loans: 2 }, arrived('loans 1'), arrived('loans 2'), arrived('loans 3'), arrived('loans 3')),
    ).toEqual({
      told: ['loans 3'],
      waiting: [],
      last: { customers: 0, loans: 3, payments: 0 },
    });
  });

  it('may begin in the middle of a stream, whose beginning the topic has forgotten', () => {
    expect(ordered({}, arrived('loans 57'), arrived('loans 58')).told).toEqual(['loans 57', 'loans 58']);
  });

  it('waits for one that is missing in the middle of a stream, and goes on without it if it never comes', () => {
    expect(ordered({ loans: 3 }, arrived('loans 5'))).toMatchObject({ told: [], waiting: ['loans 5'] });
    expect(ordered({ loans: 3 }, arrived('loans 5'), arrived('loans 4')).told).toEqual(['loans 4', 'loans 5']);
    const early = NOW_MS - CAUSE_MS_MAX;
    expect(ordered({ loans: 3 }, arrived('loans 5', {}, early)).told).toEqual(['loans 5']);
  });

  it('goes on without a cause that never comes', () => {
    const early = NOW_MS - CAUSE_MS_MAX;
    expect(ordered({}, arrived('loans 1', { customers: 9 }, early + 1)).told).toEqual([]);
    const lost = [arrived('loans 1', { customers: 9 }, early), arrived('payments 1', { loans: 1 })];
    expect(ordered({}, ...lost).told).toEqual(['loans 1', 'payments 1']);
  });

  it('is right however the topics come', () => {
    const histories = fc.array(fc.tuple(fc.constantFrom(...STREAMS), fc.infiniteStream(fc.nat())), { maxLength: 40 });
    fc.assert(
      fc.property(histories, fc.infiniteStream(fc.nat()), (steps, choices) => {
        const choose = (below: number) => (choices.next().value as number) % below;
        const history = historyOf(
          steps.map(([stream]) => stream),
          choose,
        );
        const topics = STREAMS.map((stream) => history.filter(({ event }) => event.stream === stream));
        let versions = NO_VERSIONS;
        let waiting: readonly Arrived[] = [];
        const told: Arrived[] = [];
        while (topics.some((topic) => topic.length > 0)) {
          const topic = topics.filter((left) => left.length > 0)[
            choose(topics.filter((left) => left.length > 0).length)
          ];
          const some = topic?.splice(0, 1 + choose(3)) ?? [];
          const step = order(versions, [...waiting, ...some], NOW_MS);
          ({ versions, waiting } = step);
          told.push(...step.told);
        }
        expect(waiting).toEqual([]);
        expect(told.map(nameOf).sort()).toEqual(history.map(nameOf).sort());
        const last: Record<Stream, number> = { ...NO_VERSIONS };
        for (const { event } of told) {
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
    return { event: { stream, version: last[stream], seen }, arrivedAtMs: NOW_MS };
  });
}
