import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RollingMap } from '../src/index.ts';

/** The same numbers in each run, from 0 to below 1. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const sorted = (map: ReadonlyMap<number, string>) => [...map].sort(([one], [other]) => one - other);

it.each([
  ['close to each other', 40, 1, 0],
  ['more than it had room for', 900, 1, 0],
  ['of which many would have the same place in a table by their last bits', 100, 1_024, 0],
  ['as large as they come', 100, 1, 2 ** 32 - 100],
])('holds numbers %s as a Map does', (_what, count, apart, first) => {
  const next = numbersFrom(count + apart);
  const map = new Map<number, string>();
  const rolling = new RollingMap<string>();
  for (let step = 0; step < 5_000; step += 1) {
    const number = first + apart * Math.floor(next() * count);
    if (next() < 0.5) {
      map.set(number, `${step}`);
      rolling.set(number, `${step}`);
    } else expect(rolling.delete(number)).toBe(map.delete(number));
    const asked = first + apart * Math.floor(next() * count);
    expect([rolling.size, rolling.has(asked), rolling.get(asked)]).toEqual([map.size, map.has(asked), map.get(asked)]);
  }
  expect(rolling.keys().map((number) => [number, rolling.get(number)])).toEqual(sorted(map));
  const visited: string[] = [];
  rolling.forEach((value) => void visited.push(value));
  expect(visited).toEqual(sorted(map).map(([, value]) => value));
  expect(rolling.values()).toEqual(visited);
  rolling.clear();
  expect([rolling.size, rolling.values(), rolling.has(first)]).toEqual([0, [], false]);
});

it('has nothing below 0', () => {
  const rolling = new RollingMap<string>();
  expect([rolling.has(-1), rolling.get(-1), rolling.delete(-1), rolling.size]).toEqual([false, undefined, false, 0]);
  expect(() => rolling.set(-1, '')).toThrow(new RangeError('-1 is below 0'));
});

describe('entries that are added and removed', () => {
  const main = join(import.meta.dirname, 'fixtures/churn.ts');
  const wholeHeaps = async (kind: string) => {
    const flags = ['--conditions=source', '--expose-gc', '--max-semi-space-size=4', '--no-warnings'];
    return Number((await promisify(execFile)(process.execPath, [...flags, main, kind])).stdout);
  };

  it('are collected in the young generation', async () => {
    expect(await wholeHeaps('RollingMap')).toBe(0);
  });

  it('are promoted to old space in a Map, which is why this map exists', async () => {
    expect(await wholeHeaps('Map')).toBeGreaterThan(2);
  });
});
