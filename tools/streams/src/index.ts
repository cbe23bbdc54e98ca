/** The operators' commands over the streams: reconcile, rebuild and backfill. */
export { differenceText } from '@mo/messaging';
export { type BackfillOptions, type BackfillPlan, backfill } from './backfill.ts';
export type { Raise } from './placement.ts';
export { type Raised, raisePartitions } from './raise-partitions.ts';
export { REBUILDS_AT_ONCE, type Rebuilt, rebuild } from './rebuild.ts';
export { RECONCILE_CONNECTIONS, type Reconciled, reconcile } from './reconcile.ts';
export { type Recovered, recover } from './recover.ts';
export { kafkaOf, withDatabases } from './services.ts';
