import { Random } from '../src/testing/random.ts';

const drawn = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

it('a seed and a name give the same sequence in every version', () => {
  const random = new Random(7, 'faults');
  expect(drawn(3, () => random.next())).toEqual([0.7007116803433746, 0.9093146724626422, 0.4930054659489542]);
  expect(drawn(5, () => random.whole(3, 900))).toEqual([817, 443, 349, 586, 430]);
  expect(drawn(5, () => random.chance(0.3))).toEqual([false, false, true, false, true]);
  expect(random.shuffled([1, 2, 3, 4, 5])).toEqual([3, 1, 2, 4, 5]);
});

it('another name or another seed gives another sequence', () => {
  const first = [new Random(7, 'faults'), new Random(7, 'checks'), new Random(8, 'faults'), new Random(7)];
  expect(new Set(first.map((random) => random.next())).size).toBe(4);
});

it('a probability of 0 draws nothing', () => {
  const [one, other] = [new Random(7), new Random(7)];
  expect(one.chance(0)).toBe(false);
  expect(one.next()).toBe(other.next());
});

it('every draw is within its limits', () => {
  const random = new Random(1);
  expect(new Set(drawn(1_000, () => random.below(3)))).toEqual(new Set([0, 1, 2]));
  expect(new Set(drawn(1_000, () => random.whole(-1, 1)))).toEqual(new Set([-1, 0, 1]));
  expect(new Set(drawn(1_000, () => random.pick(['a', 'b'])))).toEqual(new Set(['a', 'b']));
  expect(
    new Set(
      drawn(1_000, () =>
        random.weighted([
          [1, 'a'],
          [0, 'b'],
          [5, 'c'],
        ]),
      ),
    ),
  ).toEqual(new Set(['a', 'c']));
  expect(drawn(1_000, () => random.between(2, 3)).every((value) => value >= 2 && value < 3)).toBe(true);
  expect(new Set(random.shuffled([1, 2, 3]))).toEqual(new Set([1, 2, 3]));
});
