/**
 * Mutation testing: `npm run mutation`. Stryker mutates packages/money and the services' domain/, one small change at a
 * time, and the unit tests must fail. docs/mutation-testing.md lists the surviving mutants and why each is acceptable.
 */
export default {
  packageManager: 'npm',
  plugins: ['@stryker-mutator/jest-runner'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: { configFile: 'jest.mutation.config.js' },
  coverageAnalysis: 'perTest',
  mutate: ['packages/money/src/**/*.ts', 'services/*/src/domain/**/*.ts'],
  // Without tsconfig.json: Stryker would rewrite its paths with an API that TypeScript 7 lacks.
  ignorePatterns: ['dist', '.mo', '.turbo', 'coverage', 'deploy', 'docs', 'tsconfig.json'],
  concurrency: 2,
  timeoutMS: 30_000,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false },
  jsonReporter: { fileName: 'coverage/mutation.json' },
  thresholds: { high: 98, low: 95, break: 95 },
};
