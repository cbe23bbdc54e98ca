/**
 * The gauge of the quarantine: the rows that stand in the service's database, counted when it is asked for. So every
 * process of a service tells the same, before and after a restart: the largest over its processes is the number.
 */
import type { Stream } from '@mo/contracts';
import { type Clock, Gauge, type Registry } from '@mo/service-kit';

/** A database that doesn't answer holds up no other metric; the last count is told again. */
const COUNT_TIMEOUT_MS = 1_000;

/** @param count the rows that stand, for each followed stream */
export function quarantineGauge(
  registry: Registry,
  clock: Clock,
  count: () => Promise<ReadonlyMap<Stream, number>>,
): void {
  const gauge = new Gauge({
    name: 'mo_quarantined',
    help: 'Events that can not be understood or take effect, and stand; every process of the service tells the same',
    labelNames: ['stream'],
    registers: [registry],
    collect: async () => {
      const late = clock.sleep(COUNT_TIMEOUT_MS).then(() => null);
      const counts = await Promise.race([count().catch(() => null), late]);
      for (const [stream, rows] of counts ?? []) gauge.set({ stream }, rows);
    },
  });
}
