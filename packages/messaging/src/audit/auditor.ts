/**
 * The continuous audit, reported as metrics: the process that relays for its service compares the service's tables with
 * the streams, a few customers at a time, in endless passes. It pulls followed streams in the usual way. It is slow on
 * purpose, so that its load is negligible: differences are not urgent, but must not stay undetected. A customer with more
 * events than fit into memory is left to `mo reconcile`.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import type { Database } from '@mo/database';
import { sqlOf } from '@mo/database';
import { type Clock, counter, gauge, type Logger, type Registry, Rounds } from '@mo/service-kit';
import type { Account } from '../protocol/account.ts';
import type { Peers, Pulled } from '../protocol/peers.ts';
import { auditCustomer, type CustomerRecord } from './audit-customer.ts';
import type { Difference } from './difference.ts';
import type { Audited } from './image.ts';
import { type JournalEntry, readEntries } from './journal-entries.ts';
import { Pace } from './pace.ts';
import { AUDITED_EVENTS_MAX, portionOf } from './portion.ts';
import { atOneMoment, journalHeads, NO_ROWS, nextCustomers, readSnapshot, strayOutboxEntries } from './snapshot.ts';

/**
 * 25 customers are audited per interval, spread over `ROUNDS` rounds. At this pace 200,000 customers of at most 80
 * events each take a day.
 */
export const AUDIT_INTERVAL_MS = 10_000;
const ROUNDS = 5;
/**
 * Longer than the time until a sweep's second look, and than an outage from which the service recovers automatically.
 */
const LAG_MS_MAX = 15 * 60_000;
const STRAY_ENTRIES_MAX = 100;

/** The first page that each owner sent of a customer. */
type Begun = ReadonlyMap<Stream, Pulled>;

export interface AuditorOptions<A extends Account> {
  audited: Audited<A>;
  database: Database;
  peers: Pick<Peers, 'pull'>;
  /** Whether this process does the service's housekeeping now. */
  isLeader: () => boolean;
  /** The time for 25 customers with few events each, in ms. */
  intervalMs: number;
  /** The most events in memory; default {@link AUDITED_EVENTS_MAX}. */
  eventsMax?: number;
  clock: Clock;
  logger: Logger;
  registry: Registry;
}

export class Auditor<A extends Account> {
  readonly #options: AuditorOptions<A>;
  readonly #rounds: Rounds;
  readonly #metrics: ReturnType<typeof auditMetrics>;
  /** The last customer that was audited in this pass. */
  #after = 0;
  #found = 0;
  #foundBefore = 0;
  readonly #pace: Pace;

  constructor(options: AuditorOptions<A>) {
    this.#options = options;
    this.#rounds = new Rounds(options.clock, options.logger);
    this.#metrics = auditMetrics(options.registry);
    this.#pace = new Pace(options.intervalMs / ROUNDS);
  }

  start(): void {
    const { intervalMs, isLeader, clock } = this.#options;
    const round = async () => {
      if (!isLeader()) {
        this.#begin(0);
        return false;
      }
      const customersMax = this.#pace.begin();
      if (customersMax === 0) return false;
      const beganMs = clock.elapsed();
      try {
        await this.#round(customersMax);
        return true;
      } catch (error) {
        this.#pace.rest();
        throw error;
      } finally {
        this.#pace.took(clock.elapsed() - beganMs);
      }
    };
    this.#rounds.every(intervalMs / ROUNDS, 'the audit failed and will be retried', round, { needsPeers: true });
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #round(customersMax: number): Promise<void> {
    const { audited, database, eventsMax = AUDITED_EVENTS_MAX } = this.#options;
    const ids = await nextCustomers(sqlOf(database), audited, this.#after, customersMax);
    if (ids.length > 0) {
      const begun = new Map(await Promise.all(ids.map(async (id) => [id, await this.#begun(id)] as const)));
      const { audited: fitting, tooLarge } = portionOf(await this.#sizes(begun), eventsMax);
      for (const difference of await this.#audit(fitting, begun)) this.#report(difference);
      for (const customerId of tooLarge) this.#skip(customerId);
      this.#metrics.customers.inc(fitting.length);
      this.#after = Math.max(...fitting, ...tooLarge);
      return;
    }
    for (const stray of await this.#strays()) this.#report(stray);
    this.#metrics.passes.inc();
    this.#pace.rest();
    this.#begin(this.#found);
  }

  #begin(foundBefore: number): void {
    this.#after = 0;
    this.#found = 0;
    this.#foundBefore = foundBefore;
    this.#metrics.differences.set(foundBefore);
  }

  /** The first page of each followed stream, with which its owner sends the head. */
  async #begun(customerId: number): Promise<Begun> {
    const { audited, peers } = this.#options;
    const pulls = audited.model.follows.map(
      async (other) => [other, await peers.pull(other, { customerId }, 0)] as const,
    );
    return new Map(await Promise.all(pulls));
  }

  /** The number of events of each customer, own and followed. */
  async #sizes(begun: ReadonlyMap<number, Begun>): Promise<Map<number, number>> {
    const own = await journalHeads(sqlOf(this.#options.database), [...begun.keys()]);
    const sizeOf = (customerId: number, pages: Begun) =>
      pages.values().reduce((sum, { head }) => sum + head, own.get(customerId) ?? 0);
    return new Map(begun.entries().map(([customerId, pages]) => [customerId, sizeOf(customerId, pages)]));
  }

  #skip(customerId: number): void {
    this.#metrics.skipped.inc();
    this.#options.logger.warn(
      { customerId },
      'the audit skips a customer with too many events: audit it with mo reconcile --customer',
    );
  }

  async #audit(customerIds: readonly number[], begun: ReadonlyMap<number, Begun>): Promise<Difference[]> {
    if (customerIds.length === 0) return [];
    const { audited, database } = this.#options;
    const { stream, follows } = audited.model;
    const { snapshot, own } = await atOneMoment(database, async (sql) => ({
      snapshot: await readSnapshot(sql, audited, customerIds),
      own: await readEntries(sql, stream, customerIds),
    }));
    const records = customerIds.map(async (customerId) => {
      const first = (other: Stream) => begun.get(customerId)?.get(other)?.events ?? [];
      const pulls = follows.map(async (other) => [other, await this.#pull(other, customerId, first(other))] as const);
      const followed = Object.fromEntries(await Promise.all(pulls));
      const rows = snapshot.customers.get(customerId) ?? NO_ROWS;
      return { customerId, rows, own: own.get(customerId) ?? [], followed, takenMs: snapshot.takenMs };
    });
    const differences: (readonly Difference[])[] = [];
    const whole = await Promise.all(records);
    this.#pace.looked(
      whole.reduce((sum, record) => sum + eventsIn(record), 0),
      whole.length,
    );
    for (const record of whole) {
      differences.push((await auditCustomer(audited, record, LAG_MS_MAX)).differences);
    }
    return differences.flat();
  }

  /**
   * All events of a stream.
   *
   * @param first those that were pulled before the rows were read; the rows may have taken later ones into account
   */
  async #pull(other: Stream, customerId: number, first: readonly StreamEvent[]): Promise<JournalEntry[]> {
    const entries = first.map(entryOf);
    for (;;) {
      const { events, head } = await this.#options.peers.pull(other, { customerId }, entries.at(-1)?.version ?? 0);
      entries.push(...events.map(entryOf));
      if (events.length === 0 || (entries.at(-1)?.version ?? 0) >= head) return entries;
    }
  }

  async #strays(): Promise<Difference[]> {
    const { audited, database } = this.#options;
    const entries = await strayOutboxEntries(sqlOf(database), STRAY_ENTRIES_MAX);
    return entries.map(([customerId, version]) => ({
      customerId,
      service: audited.model.stream,
      table: 'outbox',
      row: `version=${version}`,
      text: 'the journal has no such event',
    }));
  }

  #report(difference: Difference): void {
    this.#found += 1;
    this.#metrics.differences.set(Math.max(this.#found, this.#foundBefore));
    // The row's values don't belong in a log: `npm run reconcile -- --customer` shows them.
    const { customerId, table, row } = difference;
    this.#options.logger.error({ customerId, table, row }, 'a row differs from the streams');
  }
}

const entryOf = (event: StreamEvent): JournalEntry => ({ version: event.version, event, fault: null });

const eventsIn = ({ own, followed }: CustomerRecord): number =>
  Object.values(followed).reduce((sum, entries) => sum + entries.length, own.length);

function auditMetrics(registry: Registry) {
  return {
    differences: gauge(
      registry,
      'mo_reconcile_differences',
      'Differences between rows and streams in the last full pass of the audit',
    ),
    customers: counter(
      registry,
      'mo_reconciled_customers_total',
      'Customers whose rows were compared with the streams',
    ),
    skipped: counter(
      registry,
      'mo_reconcile_skipped_total',
      'Customers that the audit skipped because they have too many events',
    ),
    passes: counter(registry, 'mo_reconcile_passes_total', 'Passes of the audit over all customers'),
  };
}
