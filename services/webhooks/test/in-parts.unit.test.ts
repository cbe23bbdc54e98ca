import { takeHalves } from '../src/intake/in-parts.ts';

const ALL = Array.from({ length: 21 }, (_, place) => place);

it('a slow database gets smaller parts, with each event once and in order', async () => {
  const taken: number[][] = [];
  const all = async (events: readonly number[]) => {
    if (events.length > 3) throw new Error('canceling statement due to statement timeout');
    taken.push([...events]);
  };
  await takeHalves(ALL, { all, one: (event) => all([event]), signal: new AbortController().signal });
  expect(taken.flat()).toEqual(ALL);
});
