/** Metrics of the connection pools, read at each scrape. */
import { gauge, gaugeOfMany, type Registry } from '@mo/service-kit';

/** The members of a `pg` pool that the metrics read. */
export interface WatchedPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** @returns a function that adds a pool, under a name for its purpose */
export function poolMetrics(registry: Registry): (name: string, pool: WatchedPool, connectionsMax: number) => void {
  const pools = new Map<string, WatchedPool>();
  const most = gauge(registry, 'mo_database_connections_max', 'Maximum size of the pool', ['pool']);
  gaugeOfMany(
    registry,
    'mo_database_waiting',
    'Requests that wait for a connection of the pool',
    ['pool'],
    (waiting) => {
      for (const [name, { waitingCount }] of pools) waiting.set({ pool: name }, waitingCount);
    },
  );
  gaugeOfMany(registry, 'mo_database_connections', 'Open connections of the pool', ['pool', 'state'], (connections) => {
    for (const [name, { totalCount, idleCount }] of pools) {
      connections.set({ pool: name, state: 'used' }, totalCount - idleCount);
      connections.set({ pool: name, state: 'idle' }, idleCount);
    }
  });
  return (name, pool, connectionsMax) => {
    pools.set(name, pool);
    most.set({ pool: name }, connectionsMax);
  };
}
