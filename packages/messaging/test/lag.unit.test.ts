import { LagHistory } from '../src/follower/lag.ts';

const partition = (committed: number, end: number, number = 0) => ({
  partition: number,
  committed: BigInt(committed),
  end: BigInt(end),
});

describe('the lag of a group', () => {
  it('is zero if everything is read', () => {
    expect(new LagHistory().note('t', [partition(7, 7)], 1_000)).toEqual({ events: 0, seconds: 0 });
  });

  it('is zero seconds while it keeps up, however busy it is', () => {
    const history = new LagHistory();
    for (let n = 0; n < 100; n += 1)
      expect(history.note('t', [partition(10 * n, 10 * n + 5)], n * 1_000)).toEqual({ events: 5, seconds: 0 });
  });

  it('grows while it reads nothing', () => {
    const history = new LagHistory();
    const lags = [0, 1, 2].map((n) => history.note('t', [partition(5, 6 + n)], n * 10_000));
    expect(lags).toEqual([
      { events: 1, seconds: 0 },
      { events: 2, seconds: 10 },
      { events: 3, seconds: 20 },
    ]);
  });

  it('is the waiting time of the oldest unread event while it catches up', () => {
    const history = new LagHistory();
    history.note('t', [partition(0, 10)], 0);
    history.note('t', [partition(0, 20)], 10_000);
    history.note('t', [partition(0, 30)], 20_000);
    expect(history.note('t', [partition(15, 30)], 30_000)).toEqual({ events: 15, seconds: 20 });
    expect(history.note('t', [partition(30, 30)], 40_000)).toEqual({ events: 0, seconds: 0 });
  });

  it('is the sum of events and the longest time over the partitions', () => {
    const history = new LagHistory();
    history.note('t', [partition(0, 5, 0), partition(9, 9, 1)], 0);
    history.note('other', [partition(0, 5, 0)], 0);
    expect(history.note('t', [partition(0, 5, 0), partition(9, 12, 1)], 60_000)).toEqual({ events: 8, seconds: 60 });
  });

  it('stays known, in bounded memory, if nothing is read for days', () => {
    const history = new LagHistory();
    for (let n = 0; n < 10_000; n += 1) history.note('t', [partition(0, n + 1)], n * 10_000);
    expect(history.note('t', [partition(0, 10_000)], 100_000_000)).toEqual({ events: 10_000, seconds: 100_000 });
  });

  it('starts from scratch after a reset', () => {
    const history = new LagHistory();
    history.note('t', [partition(0, 1)], 0);
    history.clear();
    expect(history.note('t', [partition(0, 1)], 60_000)).toEqual({ events: 1, seconds: 0 });
  });
});
