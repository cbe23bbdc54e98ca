/**
 * The tests that mutation testing runs: those of packages/money and of each service's business rules.
 */
import jestConfig from './jest.config.js';

const [unit] = jestConfig.projects;

export default {
  ...unit,
  testTimeout: jestConfig.testTimeout,
  roots: ['<rootDir>/packages/money', '<rootDir>/services'],
  testMatch: [
    '<rootDir>/packages/money/test/**/*.unit.test.ts',
    '<rootDir>/services/*/test/domain/**/*.unit.test.ts',
    '<rootDir>/services/loans/test/{credit,history}.unit.test.ts',
    '<rootDir>/services/payments/test/spread.unit.test.ts',
  ],
};
