import { Known } from '../src/tokens/known.ts';

const LATER = Date.now() + 3_600_000;

it('returns a stored entry until it expires', () => {
  const known = new Known<string>(10);
  known.keep('a', 'one', LATER);
  known.keep('b', 'two', Date.now() - 1);
  expect([known.find('a'), known.find('b'), known.find('c')]).toEqual(['one', null, null]);
  known.keep('a', 'three', LATER);
  expect(known.find('a')).toBe('three');
});

it('is bounded: the oldest entry is removed first', () => {
  const known = new Known<number>(2);
  for (const [place, key] of ['a', 'b', 'a', 'c'].entries()) known.keep(key, place, LATER);
  expect([known.find('a'), known.find('b'), known.find('c')]).toEqual([2, null, 3]);
});
