/** A write path on storage and peers in memory, and what it reports to its observers. */
import type { ProblemError, Tracer } from '@mo/service-kit';
import { type EventFault, type Progress, WritePath } from '../src/index.ts';
import type { Quarantined } from '../src/protocol/quarantine.ts';
import { MemoryPeers, MemoryStore } from './in-memory.ts';
import { eventOf, type Ledger, ledgerModel, ledgerOf, NOW_MS } from './ledger.ts';

/** Customer 1 is known, by its registration. @param now the time */
export function writePathUnderTest(now = () => NOW_MS, tracer: Tracer | null = null) {
  const store = new MemoryStore();
  const peers = new MemoryPeers();
  peers.add(eventOf('customers', 1, 1));
  store.put(ledgerOf(1, { externalId: 'customer-1', applied: { customers: 1, payments: 0 } }));
  const reported = {
    pulls: [] as string[],
    behind: [] as Progress[],
    faulty: [] as EventFault[],
    quarantined: [] as Quarantined[],
    unconfirmed: 0,
    written: 0,
  };
  const writePath = new WritePath<Ledger>({
    model: ledgerModel,
    store,
    peers,
    clock: { now, elapsed: now, sleep: () => Promise.resolve() },
    tracer,
    observer: {
      batch: () => {},
      pull: (stream, reason) => reported.pulls.push(`${stream} ${reason}`),
      unconfirmed: () => {
        reported.unconfirmed += 1;
      },
      behind: (progress) => reported.behind.push(progress),
      faulty: (fault) => reported.faulty.push(fault),
      quarantined: (item) => reported.quarantined.push(item),
    },
  });
  writePath.onWritten(() => {
    reported.written += 1;
  });
  return { store, peers, reported, writePath };
}

/** The problem that some work ends in. */
export const rejected = async (work: Promise<unknown>): Promise<Pick<ProblemError, 'code' | 'message'>> => {
  const [outcome] = await Promise.allSettled([work]);
  if (outcome?.status === 'rejected') return outcome.reason as ProblemError;
  throw new Error('it was done');
};
