/**
 * The tests that mutation testing runs: those of the money, the protocol and each service's domain, which load little, for
 * they run once for each of a thousand mutants.
 */
import jestConfig from './jest.config.js';

const [unit] = jestConfig.projects;

export default {
  ...unit,
  roots: ['<rootDir>/packages/money', '<rootDir>/packages/messaging', '<rootDir>/services'],
  testMatch: [
    '<rootDir>/packages/{money,messaging}/test/**/*.unit.test.ts',
    '<rootDir>/services/*/test/domain/**/*.unit.test.ts',
  ],
};
