/** Helpers for the tests of services. */

export * from './delete-topics.ts';
export * from './locking.ts';
export * from './memory.ts';
export * from './passing-member.ts';
export * from './service-under-test.ts';
export * from './stream-owner.ts';
export * from './tables.ts';
export * from './wait-for.ts';
