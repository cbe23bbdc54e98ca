import { portionOf } from '../src/audit/portion.ts';

const MAX = 100;
const portion = (...sizes: [customerId: number, events: number][]) => portionOf(new Map(sizes), MAX);

describe('a portion of customers', () => {
  it('has the first ones that fit into memory together', () => {
    expect(portion([1, 60], [2, 40], [3, 1])).toEqual({ audited: [1, 2], tooLarge: [] });
  });

  it('leaves out those that never fit', () => {
    expect(portion([1, MAX + 1], [2, MAX], [3, MAX + 1])).toEqual({ audited: [2], tooLarge: [1, 3] });
    expect(portion([1, MAX + 1])).toEqual({ audited: [], tooLarge: [1] });
  });

  it('ends before the first one that fits only into the next portion', () => {
    expect(portion([1, 50], [2, 60], [3, MAX + 1], [4, 1])).toEqual({ audited: [1], tooLarge: [] });
  });
});
