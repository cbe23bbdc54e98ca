/** Helpers for the tests of services. */

export { waitFor } from '@mo/dev-stack/wait-for';
export * from './delete-topics.ts';
export * from './locking.ts';
export * from './memory.ts';
export * from './passing-member.ts';
export * from './service-under-test.ts';
export * from './stream-owner.ts';
export * from './tables.ts';
