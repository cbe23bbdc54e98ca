import { Sweep } from '../src/follower/sweep.ts';
import { ENDLESS_MS, RECENT_HEADS_PAGE_MAX, type TimeSpan } from '../src/pull/wire.ts';

const START_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const LOOK_AGAIN_MS = 10 * MINUTE_MS;
const OVERLAP_MS = 30_000;
const UNDER_WAY_MS = 10_000;

interface Customer {
  readonly id: number;
  readonly times: readonly number[];
}

const eventsOf = (customers: readonly Customer[], isWithin: (time: number) => boolean): number =>
  customers.reduce((sum, { times }) => sum + times.filter(isWithin).length, 0);

/** An owner of as many customers as a test says, each with events at some times, in ms since the start. */
function ownerOf(customers: () => readonly Customer[]) {
  const asked: (TimeSpan & { after: number })[] = [];
  const looked: number[][] = [];
  const ending = new AbortController();
  const world = {
    isUnreachable: false,
    pageMax: RECENT_HEADS_PAGE_MAX,
    eventsMax: Number.POSITIVE_INFINITY,
    pageMs: 0,
    elapsedMs: 0,
  };
  let cuts = 0;
  const rests: number[] = [];
  const sweep = new Sweep(
    async (span, after) => {
      asked.push({ ...span, after });
      world.elapsedMs += world.pageMs;
      if (world.isUnreachable) throw new Error('not reachable');
      const { sinceMs, untilMs = Number.POSITIVE_INFINITY } = span;
      const isWithin = (time: number) => START_MS + time >= sinceMs && START_MS + time < untilMs;
      const found = customers().filter(({ id, times }) => id > after && (sinceMs === 0 || times.some(isWithin)));
      // Of very many customers they are not counted where no test asks.
      const isCut = world.eventsMax < Number.POSITIVE_INFINITY && eventsOf(found, isWithin) > world.eventsMax;
      const isLast = found.length < world.pageMax && !isCut;
      if (!isLast) cuts += 1;
      return { heads: found.slice(0, world.pageMax).map(({ id, times }) => [id, times.length]), isLast };
    },
    async (heads) => void looked.push(heads.map(([id]) => id)),
    { elapsed: () => world.elapsedMs, sleep: async (durationMs) => void rests.push(durationMs) },
    ending.signal,
  );
  const at = (ms: number) => sweep.through(START_MS + ms);
  /** What was asked for of a time, as [from, until] in ms since the start; all time is left out, and what is ahead. */
  const spans = () =>
    asked
      .filter(({ sinceMs, untilMs }) => sinceMs > 0 && untilMs !== ENDLESS_MS)
      .map(({ sinceMs, untilMs = 0 }) => [sinceMs - START_MS, untilMs - START_MS] as const);
  return { asked, looked, rests, world, ending, at, spans, cuts: () => cuts };
}

const ALL = { sinceMs: 0, after: 0 };

/** Spans that follow on each other as one; those that don't stay as they are. */
const joined = (spans: readonly (readonly [number, number])[]) =>
  spans.reduce<[number, number][]>((all, [from, until]) => {
    const last = all.at(-1);
    if (last?.[1] === from) last[1] = until;
    else all.push([from, until]);
    return all;
  }, []);

describe('a sweep', () => {
  it('queries all heads at first, page by page', async () => {
    const owner = ownerOf(() => [1, 2, 3, 4, 5].map((id) => ({ id, times: [0] })));
    owner.world.pageMax = 2;
    await owner.at(0);
    expect(owner.asked).toEqual([0, 2, 4].map((after) => ({ sinceMs: 0, after })));
    expect(owner.looked).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('then queries the span since the last one, with an overlap, but without the last seconds', async () => {
    const owner = ownerOf(() => []);
    await owner.at(0);
    await owner.at(MINUTE_MS);
    await owner.at(2 * MINUTE_MS);
    const isNew = joined(owner.spans()).filter(([from]) => from >= -OVERLAP_MS);
    expect(isNew).toEqual([
      [-OVERLAP_MS, MINUTE_MS - UNDER_WAY_MS],
      [MINUTE_MS - OVERLAP_MS, 2 * MINUTE_MS - UNDER_WAY_MS],
    ]);
  });

  it('checks each span again ten minutes later, because some transactions take long', async () => {
    const owner = ownerOf(() => []);
    for (let minute = 0; minute <= 30; minute += 1) await owner.at(minute * MINUTE_MS);
    // What is new of a sweep is never where what was new of another one ends.
    const again = joined(owner.spans().filter(([from, until]) => from % MINUTE_MS === 0 || until % MINUTE_MS === 0));
    expect(again).toEqual([[-LOOK_AGAIN_MS, 30 * MINUTE_MS - LOOK_AGAIN_MS]]);
  });

  it('finds an event that is committed late', async () => {
    const times: number[] = [];
    const owner = ownerOf(() => [{ id: 7, times }]);
    for (let minute = 0; minute < 8; minute += 1) await owner.at(minute * MINUTE_MS);
    times.push(MINUTE_MS);
    owner.looked.length = 0;
    for (let minute = 8; minute < 14; minute += 1) await owner.at(minute * MINUTE_MS);
    expect(owner.looked.flat()).toEqual([7]);
  });

  it('queries a minute of a quiet journal in one part, both new and checked again', async () => {
    const owner = ownerOf(() => []);
    for (let minute = 0; minute < 5; minute += 1) await owner.at(minute * MINUTE_MS);
    owner.asked.length = 0;
    await owner.at(5 * MINUTE_MS);
    expect(owner.spans()).toHaveLength(2);
  });

  it('checks events of a fast clock as early as others', async () => {
    const owner = ownerOf(() => [{ id: 7, times: [24 * 60 * MINUTE_MS] }]);
    await owner.at(0);
    owner.looked.length = 0;
    await owner.at(MINUTE_MS);
    expect(owner.looked.flat()).toEqual([7]);
  });

  it('counts only events a minute ahead as those of a fast clock, so that others are not read twice', async () => {
    const owner = ownerOf(() => []);
    await owner.at(0);
    await owner.at(MINUTE_MS);
    const ahead = owner.asked.filter(({ untilMs }) => untilMs === ENDLESS_MS);
    expect(ahead).toEqual([{ sinceMs: START_MS + 2 * MINUTE_MS, untilMs: ENDLESS_MS, after: 0 }]);
  });

  it('queries a minute with many customers in parts of at most a page', async () => {
    const rate = Math.ceil(RECENT_HEADS_PAGE_MAX / 3); // a second
    const many = Array.from({ length: rate * 80 }, (_, id) => ({
      id: id + 1,
      times: [(id * 1_000) / rate - OVERLAP_MS],
    }));
    const owner = ownerOf(() => many);
    await owner.at(0);
    owner.asked.length = 0;
    owner.looked.length = 0;
    await owner.at(MINUTE_MS);
    // What is looked at of a part that has more than a page is a page of it, too.
    const looked = new Set(owner.looked.flat());
    expect(many.filter(({ id, times: [time = 0] }) => time < MINUTE_MS - UNDER_WAY_MS && !looked.has(id)).length).toBe(
      0,
    );
    const read = owner.looked.reduce((sum, ids) => sum + ids.length, 0);
    expect(read).toBeLessThan(1.5 * looked.size);
    expect(owner.asked.length).toBeLessThan(50);
  });

  it('seldom requests more than a page if few customers have many events', async () => {
    const times = Array.from({ length: 3_000 }, (_, place) => place * 50 - OVERLAP_MS);
    const owner = ownerOf(() => [{ id: 7, times }]);
    await owner.at(0);
    owner.world.eventsMax = 200; // ten seconds of them
    owner.asked.length = 0;
    await owner.at(2 * MINUTE_MS);
    expect(owner.cuts()).toBeLessThan(owner.spans().length / 6);
    expect(Math.max(...owner.spans().map(([, until]) => until))).toBe(2 * MINUTE_MS - UNDER_WAY_MS);
  });

  it('queries quiet spans in long parts, also after a burst', async () => {
    const times = Array.from({ length: 400 }, (_, place) => place * 2 - OVERLAP_MS);
    const owner = ownerOf(() => [{ id: 7, times }]);
    await owner.at(0);
    owner.world.eventsMax = 200;
    await owner.at(20 * MINUTE_MS);
    const quiet = owner.spans().filter(([from]) => from >= MINUTE_MS && from < 10 * MINUTE_MS);
    expect(quiet.length).toBeLessThan(60);
  });

  it('queries all heads if the shortest part has more than a page, such as those of one transaction', async () => {
    const owner = ownerOf(() => [1, 2, 3].map((id) => ({ id, times: [20_000] })));
    await owner.at(0);
    owner.world.pageMax = 2;
    owner.asked.length = 0;
    await owner.at(MINUTE_MS);
    expect(owner.asked.slice(-2)).toEqual([ALL, { ...ALL, after: 2 }]);
    expect(owner.looked.at(-1)).toEqual([3]);
  });

  it('that fails is covered by the next one, with shorter parts', async () => {
    const owner = ownerOf(() => []);
    for (let minute = 0; minute < 5; minute += 1) await owner.at(minute * MINUTE_MS);
    owner.world.isUnreachable = true;
    await expect(owner.at(5 * MINUTE_MS)).rejects.toThrow('not reachable');
    owner.world.isUnreachable = false;
    owner.asked.length = 0;
    await owner.at(6 * MINUTE_MS);
    const [[from, until] = [0, 0], ...others] = owner.spans();
    expect(from).toBe(4 * MINUTE_MS - OVERLAP_MS);
    expect(until - from).toBeLessThan(2 * MINUTE_MS);
    expect(joined([[from, until], ...others])[0]).toEqual([from, 6 * MINUTE_MS - UNDER_WAY_MS]);
  });

  it('that failed for long, or whose clock was set back, queries all heads', async () => {
    const owner = ownerOf(() => []);
    await owner.at(0);
    await owner.at(31 * MINUTE_MS);
    await owner.at(30 * MINUTE_MS);
    expect(owner.asked).toEqual([ALL, ALL, ALL]);
  });

  it('rests four times as long as a page took, at most a second, so that callers get the processors', async () => {
    const owner = ownerOf(() => [1, 2, 3].map((id) => ({ id, times: [0] })));
    owner.world.pageMax = 2;
    owner.world.pageMs = 30;
    await owner.at(0);
    owner.world.pageMs = 3_000;
    await owner.at(31 * MINUTE_MS);
    expect(owner.rests).toEqual([120, 120, 1_000, 1_000]);
  });

  it('rests for at most twenty seconds in total, so that one of very many pages ends', async () => {
    const owner = ownerOf(() => Array.from({ length: 60 }, (_, id) => ({ id: id + 1, times: [0] })));
    owner.world.pageMax = 2;
    owner.world.pageMs = 300;
    await owner.at(0);
    expect([owner.rests.length, owner.rests.reduce((sum, restMs) => sum + restMs)]).toEqual([31, 20_000]);
    owner.rests.length = 0;
    await owner.at(31 * MINUTE_MS);
    expect(owner.rests[0]).toBe(1_000);
  });

  it('sends no further query after a stop', async () => {
    const owner = ownerOf(() => []);
    owner.ending.abort(new Error('it is to end'));
    await expect(owner.at(0)).rejects.toThrow('it is to end');
    expect(owner.asked).toEqual([]);
  });
});
