/** Audit: a service's tables are compared with its streams, and can be rebuilt from them. */

export * from './audit-customer.ts';
export * from './auditor.ts';
export * from './difference.ts';
export * from './history.ts';
export * from './image.ts';
export * from './journal-entries.ts';
export * from './rebuild.ts';
export * from './snapshot.ts';
export * from './turns.ts';
