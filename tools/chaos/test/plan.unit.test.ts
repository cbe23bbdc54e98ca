import { Random } from '@mo/dev-stack/random';
import { type Fault, faultGroups, KINDS, TARGETS } from '../src/faults/plan.ts';

const PAIRS = KINDS.flatMap((kind) => TARGETS[kind].map((target) => `${kind} ${target}`));
const nameOf = ({ kind, target }: Fault) => `${kind} ${target}`;

function faults(seed: number, count: number): Fault[] {
  const found: Fault[] = [];
  for (const group of faultGroups(new Random(seed, 'faults'))) {
    if (found.length >= count) break;
    found.push(...group);
  }
  return found.slice(0, count);
}

it('a seed always gives the same faults, and another seed gives others', () => {
  expect(faults(7, 50)).toEqual(faults(7, 50));
  expect(faults(7, 50)).not.toEqual(faults(8, 50));
});

it('every kind hits each of its targets before a target is repeated', () => {
  const twice = faults(7, 2 * PAIRS.length).map(nameOf);
  expect(twice.slice(0, PAIRS.length).sort()).toEqual([...PAIRS].sort());
  expect(twice.slice(PAIRS.length).sort()).toEqual([...PAIRS].sort());
});

it('the first few faults cover every kind', () => {
  expect(new Set(faults(7, KINDS.length).map(({ kind }) => kind))).toEqual(new Set(KINDS));
});
