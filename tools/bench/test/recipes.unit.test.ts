import { type Recipe, Recipes, type Wanted } from '../src/load/recipes.ts';

const CUSTOMERS = [11, 22, 33];

function many(recipe: Recipe, count: number, first = 0): Wanted[] {
  const recipes = new Recipes(recipe, 'run-', first);
  return Array.from({ length: count }, () => recipes.next()).filter((wanted) => wanted !== null);
}

it('continues unique names from the last load, with a key for each', () => {
  const recipe: Recipe = { kind: 'mixed', customerIds: CUSTOMERS, amount: '1.00' };
  const first = new Recipes(recipe, 'run-', 0);
  const wanted = [...Array.from({ length: 500 }, () => first.next()), ...many(recipe, 500, first.nextNumber)];
  const writes = wanted.filter((each) => each?.creates != null);
  expect(new Set(writes.map((each) => each?.key)).size).toBe(writes.length);
  expect(writes.every((each) => each?.body?.includes(`"external_id":"${each.key}"`))).toBe(true);
});

it('mixed traffic is 70 % reads', () => {
  const wanted = many({ kind: 'mixed', customerIds: CUSTOMERS, amount: '1.00' }, 20_000);
  const share = wanted.filter(({ method }) => method === 'GET').length / wanted.length;
  expect(share).toBeGreaterThan(0.68);
  expect(share).toBeLessThan(0.72);
});

it('lets each customer pay once, in order, with `once`', () => {
  const wanted = many({ kind: 'payment', customerIds: CUSTOMERS, amount: '10.00', once: true }, 10, 100);
  expect(wanted.map(({ body }) => (JSON.parse(body ?? '') as { customer_id: number }).customer_id)).toEqual(CUSTOMERS);
  expect(wanted.map(({ number }) => number)).toEqual([100, 101, 102]);
});

it('cycles through the paths', () => {
  expect(many({ kind: 'read', paths: ['/a', '/b'] }, 3).map(({ path }) => path)).toEqual(['/a', '/b', '/a']);
});
