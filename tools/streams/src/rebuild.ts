/** Rebuilds a service's tables from the streams, customer by customer, while the services run. */
import type { Stream } from '@mo/contracts';
import { sqlOf } from '@mo/database';
import { type Difference, readEntries, rebuildCustomer, soundEvents } from '@mo/messaging';
import { customerPages } from './customer-pages.ts';
import { audited, type Databases } from './services.ts';

/** Concurrent transactions. */
export const REBUILDS_AT_ONCE = 4;

export interface RebuildOptions {
  readonly service: Stream;
  /** A single customer, or null for all. If there is no such customer, the result counts none. */
  readonly customerId: number | null;
  /** Called for each row that differed from the streams. */
  readonly onDifference: (difference: Difference) => void;
  /** Called for each customer that can't be rebuilt; its rows are unchanged. */
  readonly onFailure: (customerId: number, reason: string) => void;
  /** Called after each page of customers; the next page waits for its promise. */
  readonly onProgress: (done: Rebuilt) => Promise<void>;
}

export interface Rebuilt {
  customers: number;
  differences: number;
  failures: number;
}

export async function rebuild(databases: Databases, options: RebuildOptions): Promise<Rebuilt> {
  const done: Rebuilt = { customers: 0, differences: 0, failures: 0 };
  const { service } = options;
  const rebuildOne = async (customerId: number) => {
    const read = async (stream: Stream) =>
      soundEvents((await readEntries(sqlOf(databases[stream]), stream, [customerId])).get(customerId) ?? []);
    try {
      const differences = await rebuildCustomer(databases[service], audited[service], customerId, read);
      done.customers += 1;
      done.differences += differences.length;
      for (const difference of differences) options.onDifference(difference);
    } catch (error) {
      done.failures += 1;
      options.onFailure(customerId, (error as Error).message);
    }
  };
  for await (const ids of customerPages(databases, options.customerId)) {
    const waiting = ids.values();
    const worker = async () => {
      for (const id of waiting) await rebuildOne(id);
    };
    await Promise.all(Array.from({ length: REBUILDS_AT_ONCE }, worker));
    await options.onProgress(done);
  }
  return done;
}
