import { faultsOfContents } from '../src/images/contents.ts';
import { checkedSources, productionDependencies } from '../src/images/expected.ts';

const dependencies = [
  { folder: 'services/loans', isOptional: false },
  { folder: 'packages/money', isOptional: false },
  { folder: 'node_modules/pg', isOptional: false },
  { folder: 'node_modules/@scope/a/node_modules/b', isOptional: false },
  { folder: 'node_modules/bufferutil', isOptional: true },
];
const packages = ['node_modules/pg/package.json', 'node_modules/@scope/a/node_modules/b/package.json'];
const checked = new Set(['services/loans/src/main.ts', 'packages/money/src/index.ts']);
const compiled = [
  ...packages,
  'services/loans/package.json',
  'services/loans/dist/main.js',
  'services/loans/dist/main.js.map',
  'packages/money/package.json',
  'packages/money/dist/index.js',
  'packages/money/dist/index.js.map',
  'node_modules/pg/lib/test/a.test.js',
  'node_modules/@mo/money',
];
const sources = [
  ...packages,
  '.npmrc',
  'package-lock.json',
  'services/loans/src/main.ts',
  'services/loans/tsconfig.json',
  'packages/money/src/index.ts',
];
const without = (files: readonly string[], file: string) => files.filter((path) => path !== file);

describe('an image with compiled code', () => {
  const faultsOf = (files: readonly string[]) => faultsOfContents(files, { dependencies, checkedSources: checked });

  it('has no fault if it contains what its service needs', () => expect(faultsOf(compiled)).toEqual([]));

  it.each([
    ['services/loans/src/main.ts', 'must not contain services/loans/src/main.ts'],
    ['services/loans/test/rules.test.ts', 'must not contain services/loans/test/rules.test.ts'],
    ['packages/money/.env', 'must not contain packages/money/.env'],
    ['deploy/compose/secrets/postgres-password', 'must not contain deploy/compose/secrets/postgres-password'],
    ['node_modules/jest/package.json', 'needs no node_modules/jest in production'],
    [
      'node_modules/@scope/a/node_modules/c/package.json',
      'needs no node_modules/@scope/a/node_modules/c in production',
    ],
    ['packages/mux/package.json', 'needs no packages/mux in production'],
  ])('must not contain %s', (file, fault) => expect(faultsOf([...compiled, file])).toEqual([fault]));

  it.each([
    ['node_modules/pg/package.json', 'lacks the production dependency node_modules/pg'],
    ['services/loans/dist/main.js.map', 'lacks the source map of services/loans/dist/main.js'],
  ])('must contain %s', (file, fault) => expect(faultsOf(without(compiled, file))).toEqual([fault]));

  it('must contain its workspaces', () => {
    const rest = compiled.filter((file) => !file.startsWith('packages/money/'));
    expect(faultsOf(rest)).toEqual(['lacks the production dependency packages/money']);
  });

  it('contains only code that tsconfig.images.json checks', () => {
    const more = [...compiled, 'services/loans/dist/rules.js', 'services/loans/dist/rules.js.map'];
    const fault = 'contains services/loans/src/rules.ts, which tsconfig.images.json does not check';
    expect(faultsOf(more)).toEqual([fault]);
  });
});

describe('an image that runs from sources', () => {
  const faultsOf = (files: readonly string[]) => faultsOfContents(files, { dependencies, checkedSources: null });

  it('has no fault if it contains what its command needs', () => expect(faultsOf(sources)).toEqual([]));

  it.each([
    'services/loans/test/rules.ts',
    'services/loans/src/rules.unit.test.ts',
    'services/loans/src/testing/rules.ts',
    'packages/money/.env',
    'packages/money/tls.key',
    '.env',
    'docs/README.md',
  ])('must not contain %s', (file) => {
    expect(faultsOf([...sources, file])).toEqual([`must not contain ${file}`]);
  });
});

it('production dependencies follow workspaces, and end at development dependencies', () => {
  const folders = productionDependencies('@mo/loans').map(({ folder }) => folder);
  expect(folders).toEqual(expect.arrayContaining(['services/loans', 'packages/mux', 'node_modules/pg']));
  expect(folders).not.toContain('packages/dev-stack');
  expect(folders).not.toContain('node_modules/fast-check');
});

it('tsconfig.images.json checks the services with the packages that they import, but no tests', () => {
  const sources = [...checkedSources()];
  expect(sources).toEqual(expect.arrayContaining(['services/loans/src/main.ts', 'packages/mux/src/index.ts']));
  expect(sources.filter((path) => path.includes('/test'))).toEqual([]);
});
