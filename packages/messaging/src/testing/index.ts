/** For the tests of services. */

export * from './memory.ts';
export * from './stream-owner.ts';
export * from './wait-for.ts';
