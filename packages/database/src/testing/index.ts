/** Helpers for tests that need a database. */

export * from './open-test-database.ts';
export * from './plans.ts';
