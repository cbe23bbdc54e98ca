/**
 * Two kinds of tests. What needs no servers is found by its place or its name and runs alone in a moment
 * (`npm run jest -- --selectProjects unit`); all others share one PostgreSQL and one Kafka, started only if one of
 * them is to run. See packages/dev-stack for where those come from and how tests reach them.
 */
import { endWithCounts } from './packages/dev-stack/jest/last-line.js';

endWithCounts();

const unitPackages = ['money', 'contracts'];

const common = {
  roots: ['packages', 'services', 'tools', 'system-tests'].map((folder) => `<rootDir>/${folder}`),
  modulePathIgnorePatterns: ['/dist/', '/\\.mo/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  extensionsToTreatAsEsm: ['.ts'],
  // Workspaces are tested from their sources, never from what was built.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
};

export default {
  maxWorkers: 2,
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/packages/dev-stack/jest/last-line.js'],
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/**/*.unit.test.ts',
        ...unitPackages.map((name) => `<rootDir>/packages/${name}/**/*.test.ts`),
      ],
    },
    {
      ...common,
      displayName: 'servers',
      testMatch: ['<rootDir>/**/*.test.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        '\\.unit\\.test\\.ts$',
        ...unitPackages.map((name) => `<rootDir>/packages/${name}/`),
      ],
      globalSetup: '<rootDir>/packages/dev-stack/jest/global-setup.ts',
      globalTeardown: '<rootDir>/packages/dev-stack/jest/global-teardown.ts',
    },
  ],
};
