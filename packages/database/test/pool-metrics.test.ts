import { setImmediate as turn } from 'node:timers/promises';
import { createRegistry } from '@mo/service-kit';
import { inTransaction, poolMetrics, run, sqlOf, type WatchedPool } from '../src/index.ts';
import { ownDatabases } from './databases.ts';

it('a pool reports how many connections are used, idle and waited for', async () => {
  const registry = createRegistry('test');
  const watch = poolMetrics(registry);
  const databases = await ownDatabases();
  const pooled = await databases.open({ connectionsMax: 1, onPool: (pool) => watch('requests', pool, 1) });
  const valuesOf = async (name: string) =>
    (await registry.getSingleMetric(name)?.get())?.values.map(({ labels, value }) => [labels.state, value]);
  await run(sqlOf(pooled), 'SELECT 1');
  expect(await valuesOf('mo_database_connections')).toEqual([
    ['used', 0],
    ['idle', 1],
  ]);
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const holding = inTransaction(pooled, () => {
    begun.resolve();
    return ended.promise;
  });
  await begun.promise;
  const waiting = run(sqlOf(pooled), 'SELECT 1');
  await turn();
  const [connections, waits, most] = await Promise.all(
    ['connections', 'waiting', 'connections_max'].map((name) => valuesOf(`mo_database_${name}`)),
  );
  ended.resolve();
  await Promise.all([holding, waiting]);
  await databases.close();
  expect(connections).toEqual([
    ['used', 1],
    ['idle', 0],
  ]);
  expect([waits, most]).toEqual([[[undefined, 1]], [[undefined, 1]]]);
});

it('a database that is closed leaves no connection behind, which would keep its process from ending', async () => {
  const pools: WatchedPool[] = [];
  const databases = await ownDatabases();
  const database = await databases.open({ onPool: (pool) => pools.push(pool) });
  await run(sqlOf(database), 'SELECT 1');
  expect(pools.map(({ totalCount }) => totalCount)).toEqual([1]);
  await database.close();
  expect(pools.map(({ totalCount }) => totalCount)).toEqual([0]);
});
