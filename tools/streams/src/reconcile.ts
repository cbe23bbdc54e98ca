/**
 * Reconciles the three services while they run: compares every row with the streams, and the services with each other.
 * It reads customers in pages: first each service's rows, as one snapshot per service, then the journals, which only
 * grow and so contain everything that the rows are based on. Memory holds two pages at a time.
 */
import { STREAMS, type Stream } from '@mo/contracts';
import { sqlOf } from '@mo/database';
import {
  type Account,
  type AuditResult,
  atOneMoment,
  auditCustomer,
  type Difference,
  disagreement,
  type JournalEntry,
  NO_ROWS,
  readEntries,
  readSnapshot,
  type Snapshot,
  strayOutboxEntries,
} from '@mo/messaging';
import { customerPages } from './customer-pages.ts';
import { audited, type Databases } from './services.ts';

/** Events per page, unless a single customer has more. */
const PAGE_EVENTS_MAX = 20_000;
const STRAY_ENTRIES_MAX = 1_000;
/** Connections to each database: the next page is read while the current one is compared. */
export const RECONCILE_CONNECTIONS = 2;

export interface ReconcileOptions {
  /** A single customer, or null for all. If there is no such customer, the result counts none. */
  readonly customerId: number | null;
  /** The largest age of an event that a follower may not have applied yet. */
  readonly lagMsMax: number;
  readonly onDifference: (difference: Difference) => void;
  /** Called after each page of customers; the next page waits for its promise. */
  readonly onProgress: (done: Reconciled) => Promise<void>;
}

export interface Reconciled {
  readonly customers: number;
  readonly events: number;
  readonly differences: number;
}

interface Page {
  readonly ids: readonly number[];
  readonly snapshots: Readonly<Record<Stream, Snapshot>>;
  readonly journals: Readonly<Record<Stream, ReadonlyMap<number, readonly JournalEntry[]>>>;
}

export async function reconcile(databases: Databases, options: ReconcileOptions): Promise<Reconciled> {
  const done = { customers: 0, events: 0, differences: 0 };
  const report = (difference: Difference) => {
    done.differences += 1;
    options.onDifference(difference);
  };
  for await (const { ids, snapshots, journals } of ahead(pages(databases, options.customerId))) {
    for (const customerId of ids) {
      const results = await Promise.all(
        STREAMS.map((stream) => auditOne(stream, customerId, snapshots, journals, options.lagMsMax)),
      );
      for (const { differences } of results) for (const difference of differences) report(difference);
      const replays = STREAMS.map((stream, place) => ({
        audited: audited[stream],
        replay: results[place]?.replay ?? null,
      }));
      const text = disagreement(replays);
      if (text !== null) report({ customerId, service: 'customers', table: 'balances', row: '', text });
    }
    done.customers += ids.length;
    for (const stream of STREAMS) for (const entries of journals[stream].values()) done.events += entries.length;
    await options.onProgress(done);
  }
  if (options.customerId === null) for (const stray of await strays(databases)) report(stray);
  return done;
}

function auditOne(
  stream: Stream,
  customerId: number,
  snapshots: Page['snapshots'],
  journals: Page['journals'],
  lagMsMax: number,
): Promise<AuditResult<Account>> {
  const { takenMs, customers } = snapshots[stream];
  const rows = customers.get(customerId) ?? NO_ROWS;
  const entriesOf = (other: Stream) => journals[other].get(customerId) ?? [];
  const own = entriesOf(stream).slice(0, rows.events);
  const followed = Object.fromEntries(audited[stream].model.follows.map((other) => [other, entriesOf(other)]));
  return auditCustomer(audited[stream], { customerId, rows, own, followed, takenMs }, lagMsMax);
}

async function* pages(databases: Databases, only: number | null): AsyncGenerator<Page> {
  for await (const ids of customerPages(databases, only)) {
    const [customers, loans, payments] = await Promise.all(
      STREAMS.map((stream) => atOneMoment(databases[stream], (sql) => readSnapshot(sql, audited[stream], ids))),
    );
    const snapshots = { customers, loans, payments } as Record<Stream, Snapshot>;
    for (const part of inParts(ids, snapshots)) {
      const [ofCustomers, ofLoans, ofPayments] = await Promise.all(
        STREAMS.map((stream) => readEntries(sqlOf(databases[stream]), stream, part)),
      );
      const journals = { customers: ofCustomers, loans: ofLoans, payments: ofPayments } as Page['journals'];
      yield { ids: part, snapshots, journals };
    }
  }
}

/** Splits a page that would have too many events. */
function* inParts(ids: readonly number[], snapshots: Page['snapshots']): Generator<number[]> {
  let part: number[] = [];
  let events = 0;
  for (const id of ids) {
    const more = STREAMS.reduce((sum, stream) => sum + (snapshots[stream].customers.get(id)?.events ?? 0), 0);
    if (part.length > 0 && events + more > PAGE_EVENTS_MAX) {
      yield part;
      [part, events] = [[], 0];
    }
    part.push(id);
    events += more;
  }
  if (part.length > 0) yield part;
}

/** Reads one page ahead of the current one. */
async function* ahead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  for (;;) {
    const { value, done } = await next;
    if (done === true) return;
    next = source.next();
    // The next iteration awaits it; until then its rejection must not count as unhandled.
    next.catch(() => {});
    yield value;
  }
}

async function strays(databases: Databases): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const service of STREAMS) {
    for (const [customerId, version] of await strayOutboxEntries(sqlOf(databases[service]), STRAY_ENTRIES_MAX)) {
      const row = `version=${version}`;
      found.push({ customerId, service, table: 'outbox', row, text: 'the journal has no such event' });
    }
  }
  return found;
}
