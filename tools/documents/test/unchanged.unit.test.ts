import { dropUnchanged } from '../src/unchanged.ts';

const to = (...names: string[]) => ({ anyOf: names.map((name) => ({ $ref: `#/components/schemas/${name}` })) });

/** `/a` refers to Deep by way of Middle, and both paths to Shared; nothing refers to Alone. */
const made = () => ({
  paths: { '/a': { get: to('Middle', 'Shared') } as object, '/b': { get: to('Shared') } as object },
  components: {
    schemas: {
      Middle: to('Deep'),
      Deep: { type: 'string' },
      Shared: { type: 'string' },
      Alone: { type: 'string' },
    } as Record<string, object>,
  },
});
type Document = ReturnType<typeof made>;

/** What is left of both documents after a change of the second one. */
function leftAfter(change: (document: Document) => void) {
  const both = [made(), made()] as const;
  change(both[1]);
  dropUnchanged(...both);
  return both.map(({ paths, components }) => [Object.keys(paths), Object.keys(components.schemas)]);
}

it('of equal documents nothing is left', () => {
  expect(leftAfter(() => {})).toEqual([
    [[], []],
    [[], []],
  ]);
});

it('a path stays with everything that it refers to if a schema behind another one has changed', () => {
  const left = [['/a'], ['Middle', 'Deep', 'Shared']];
  expect(leftAfter(({ components }) => Object.assign(components.schemas, { Deep: { type: 'number' } }))).toEqual([
    left,
    left,
  ]);
});

it('a changed path stays alone, and a schema without references stays if it has changed', () => {
  expect(leftAfter(({ paths }) => Object.assign(paths, { '/b': {} }))).toEqual([
    [['/b'], ['Shared']],
    [['/b'], ['Shared']],
  ]);
  expect(leftAfter(({ components }) => delete components.schemas.Alone)).toEqual([
    [[], ['Alone']],
    [[], []],
  ]);
});

it('what only a new path or a new schema refers to stays', () => {
  expect(leftAfter(({ paths }) => Object.assign(paths, { '/c': { get: to('Middle') } }))).toEqual([
    [[], ['Middle', 'Deep']],
    [['/c'], ['Middle', 'Deep']],
  ]);
  expect(leftAfter(({ components }) => Object.assign(components.schemas, { New: to('Alone') }))).toEqual([
    [[], ['Alone']],
    [[], ['Alone', 'New']],
  ]);
});

it('a reference to a part of a schema counts as one to the schema', () => {
  const within = { get: { $ref: '#/components/schemas/Deep/properties/x' } };
  const both = [made(), made()] as const;
  for (const { paths } of both) Object.assign(paths, { '/d': within });
  Object.assign(both[1].components.schemas, { Deep: { type: 'number' } });
  dropUnchanged(...both);
  for (const { paths } of both) expect(Object.keys(paths)).toEqual(['/a', '/d']);
});
