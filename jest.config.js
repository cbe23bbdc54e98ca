/**
 * Two projects. `unit` has the tests that need no servers, found by their file name or their package; they run quickly
 * on their own (`npm run jest -- --selectProjects unit`). `servers` has all other tests. They share one PostgreSQL and
 * one Kafka, which start only if a test of this project is selected. packages/dev-stack provides these servers.
 */
import { fileURLToPath } from 'node:url';
import { endWithCounts } from './packages/dev-stack/jest/last-line.js';

endWithCounts();
// Commands that tests start compile their sources once, like the services that a stack starts.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compile', import.meta.url));

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
        sourceMaps: true,
      },
    ],
  },
  extensionsToTreatAsEsm: ['.ts'],
  // Tests import the sources of workspaces, never build output.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
};

export default {
  maxWorkers: 2,
  // Covers what hooks and tests wait for, so that the wait that fails can name what is missing: 120 s for the processes
  // of a system to be ready, after its databases were created; or four conditions of 45 s each in a test.
  testTimeout: 180_000,
  // After hundreds of files a worker with nothing left to do took two seconds to end on a busy machine. By default jest
  // kills it after 500 ms and reports a leak. A worker that a test keeps alive is still reported.
  workerGracefulExitTimeout: 10_000,
  // Workers keep the modules of every file that they ran: gigabytes by the end, and collections that take ever longer.
  workerIdleMemoryLimit: '1GB',
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
