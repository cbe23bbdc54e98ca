/**
 * Takes in events in causal order and stores which webhooks each event must be delivered to. Each call is one
 * transaction, and Kafka offsets are committed after it: no event is lost, and redelivered events are recognized.
 */
import { isDeepStrictEqual } from 'node:util';
import { STREAMS, type Stream, type StreamEvent } from '@mo/contracts';
import {
  arrayRows,
  columnNames,
  type Database,
  inTransaction,
  placedArrayRows,
  run,
  type Sql,
  sqlOf,
  updateRows,
} from '@mo/database';
import type { HeadsPage } from '@mo/messaging';
import { HOLD_SUBSCRIBERS } from '../webhooks/subscribing.ts';
import { readEarly, type Taken, writeEarly } from './early-events.ts';
import { type Absences, order, type State, type Waived, type Waiver } from './order.ts';

/** Events per transaction. */
export const EVENTS_AT_ONCE_MAX = 256;

export interface StateOf extends State {
  readonly customerId: number;
}

/** The state of a customer with waiting events. */
export interface Waiting extends StateOf {
  readonly events: readonly Taken[];
}

interface CustomerRow {
  readonly customer_id: string;
  readonly customers: string;
  readonly loans: string;
  readonly payments: string;
}

interface WaivedRow {
  readonly customer_id: string;
  readonly ranges: Waived;
}

export interface IntakeOptions {
  readonly database: Database;
  /** Called when there is something to deliver. */
  readonly onTaken: () => void;
  /** Called when versions of a customer's stream are waived. */
  readonly onWaived: (customerId: number, waiver: Waiver) => void;
}

export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /**
   * Takes in all of the events or none; events that were taken in before are allowed.
   *
   * @param absences versions, by customer, that the streams' owners don't have: events that have waited for them long
   *   enough are released without them
   * @throws StoreRefusalError or RangeError if one of the events can't be stored; any other error may be temporary
   */
  async take(events: readonly StreamEvent[], absences: ReadonlyMap<number, Absences> = new Map()): Promise<void> {
    const arrived = events.map((event) => ({ event, waitedMs: 0 }));
    const customerIds = new Set([...events.map(({ customer_id }) => customer_id), ...absences.keys()]);
    if (customerIds.size === 0) return;
    await this.#order(
      [...customerIds].sort((a, b) => a - b),
      arrived,
      absences,
    );
  }

  /** Ids, ascending, of customers above a given id with an event that has waited at least `waitedMs` milliseconds. */
  async waiting(waitedMs: number, above: number, customersMax: number): Promise<number[]> {
    // In a subquery the clock is read only once, so that the comparison can use an index.
    const text = `SELECT DISTINCT customer_id FROM early_events
      WHERE arrived_at <= (SELECT clock_timestamp() - make_interval(secs => $1)) AND customer_id > $2
      ORDER BY customer_id LIMIT $3`;
    const parameters = [waitedMs / 1_000, above, customersMax];
    const rows = await run<{ customer_id: string }>(sqlOf(this.#options.database), text, parameters);
    return rows.map(({ customer_id }) => Number(customer_id));
  }

  /** The states of those of the customers that have waiting events. */
  async read(customerIds: readonly number[]): Promise<Waiting[]> {
    const { known, early } = await inTransaction(this.#options.database, (sql) => lockCustomers(sql, customerIds), {
      readsFirst: true,
    });
    const byCustomer = Map.groupBy(early, ({ event }) => event.customer_id);
    return [...byCustomer].map(([customerId, events]) => ({
      customerId,
      ...(known.get(customerId) as State),
      events,
    }));
  }

  /** States, ascending by id, of customers above a given id that have waived versions. */
  async waived(above: number, customersMax: number): Promise<StateOf[]> {
    const text = `SELECT customer_id, customers, loans, payments, ranges FROM waived JOIN customers USING (customer_id)
      WHERE customer_id > $1 ORDER BY customer_id LIMIT $2`;
    const rows = await run<CustomerRow & WaivedRow>(sqlOf(this.#options.database), text, [above, customersMax]);
    return rows.map((row) => stateOf(row, row.ranges));
  }

  /**
   * Selects from an owner's heads (customers with their last version of a stream) those whose version was not released,
   * and for which neither that version nor a later one is waiting.
   */
  async notReleased(stream: Stream, heads: HeadsPage['heads']): Promise<HeadsPage['heads']> {
    const text = `SELECT head.id, head.version
      FROM (${arrayRows({ id: 'bigint', version: 'bigint' })}) AS head LEFT JOIN customers c ON c.customer_id = head.id
      WHERE coalesce(c.${stream}, 0) < head.version AND NOT EXISTS (SELECT 1 FROM early_events e
        WHERE e.customer_id = head.id AND e.stream = $3 AND e.version >= head.version)`;
    const parameters = [heads.map(([id]) => id), heads.map(([, version]) => version), stream];
    const rows = await run<{ id: string; version: string }>(sqlOf(this.#options.database), text, parameters);
    return rows.map(({ id, version }) => [Number(id), Number(version)] as const);
  }

  /** When this database was created, in milliseconds since 1970. */
  async begunAtMs(): Promise<number> {
    const text = 'SELECT extract(epoch FROM at) * 1000 AS at_ms FROM beginning';
    const [row] = await run<{ at_ms: string }>(sqlOf(this.#options.database), text);
    return Number(row?.at_ms ?? 0);
  }

  /** The number of customers with waiting events, by the stream of the waiting event. */
  async countWaiting(): Promise<ReadonlyMap<Stream, number>> {
    const text = 'SELECT stream, count(DISTINCT customer_id) AS customers FROM early_events GROUP BY 1';
    const rows = await run<{ stream: Stream; customers: string }>(sqlOf(this.#options.database), text);
    return new Map(rows.map(({ stream, customers }) => [stream, Number(customers)]));
  }

  async #order(
    customerIds: readonly number[],
    arrived: readonly Taken[],
    absences: ReadonlyMap<number, Absences>,
  ): Promise<void> {
    const { database, onTaken, onWaived } = this.#options;
    const ordered = await inTransaction(
      database,
      async (sql) => {
        const { known, early } = await lockCustomers(sql, customerIds);
        const byCustomer = Map.groupBy([...early, ...arrived], ({ event }) => event.customer_id);
        const all = customerIds.map((customerId) => {
          const state = known.get(customerId) as State;
          const events = byCustomer.get(customerId) ?? [];
          return { customerId, ...order(state, events, absences.get(customerId) ?? {}) };
        });
        const changed = all.filter(
          ({ customerId, waived }) => !isDeepStrictEqual(waived, known.get(customerId)?.waived),
        );
        // On one connection the statements run in the order in which they are issued.
        await Promise.all([
          writeCustomers(sql, all),
          writeWaived(sql, changed),
          writeEarly(sql, early, arrived, new Set(all.flatMap(({ waiting }) => waiting))),
          writeReleased(
            sql,
            all.flatMap((each) => each.released),
          ),
        ]);
        return all;
      },
      { readsFirst: true },
    );
    for (const { customerId, waivers } of ordered) for (const waiver of waivers) onWaived(customerId, waiver);
    if (ordered.some(({ released }) => released.length > 0)) onTaken();
  }
}

/** The states of customers whose rows are locked, and their waiting events. */
interface Locked {
  readonly known: ReadonlyMap<number, State>;
  readonly early: readonly Taken[];
}

async function lockCustomers(sql: Sql, ids: readonly number[]): Promise<Locked> {
  const locked = await lockKnown(sql, ids);
  const unknown = ids.filter((id) => !locked.known.has(id));
  if (unknown.length === 0) return locked;
  const make = 'INSERT INTO customers (customer_id) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING';
  await run(sql, make, [unknown]);
  return lockKnown(sql, ids);
}

/** Locks rows in the order of their ids, so that processes don't deadlock. */
async function lockKnown(sql: Sql, ids: readonly number[]): Promise<Locked> {
  const lock = `SELECT customer_id, customers, loans, payments FROM customers WHERE customer_id = ANY ($1::bigint[])
    ORDER BY customer_id FOR UPDATE`;
  // These run one after the other: what depends on a row is read after the row is locked, since it may have changed
  // before.
  const [rows, waived, early] = await Promise.all([
    run<CustomerRow>(sql, lock, [ids]),
    run<WaivedRow>(sql, 'SELECT * FROM waived WHERE customer_id = ANY ($1::bigint[])', [ids]),
    readEarly(sql, ids),
  ]);
  const rangesOf = new Map(waived.map(({ customer_id: id, ranges }) => [id, ranges]));
  const known = rows.map(
    (row) => [Number(row.customer_id), stateOf(row, rangesOf.get(row.customer_id) ?? {})] as const,
  );
  return { known: new Map(known), early };
}

const stateOf = ({ customer_id: id, customers, loans, payments }: CustomerRow, waived: Waived): StateOf => ({
  customerId: Number(id),
  versions: { customers: Number(customers), loans: Number(loans), payments: Number(payments) },
  waived,
});

const UPDATE_CUSTOMERS = updateRows('customers', {
  customer_id: 'bigint',
  customers: 'bigint',
  loans: 'bigint',
  payments: 'bigint',
});

async function writeCustomers(sql: Sql, all: readonly StateOf[]): Promise<void> {
  const columns = STREAMS.map((stream) => all.map(({ versions }) => versions[stream]));
  await run(sql, UPDATE_CUSTOMERS, [all.map(({ customerId }) => customerId), ...columns]);
}

const WAIVED = { customer_id: 'bigint', ranges: 'jsonb' };

/** A row exists only while versions are waived. */
async function writeWaived(sql: Sql, changed: readonly StateOf[]): Promise<void> {
  if (changed.length === 0) return;
  const ids = changed.map(({ customerId }) => customerId);
  const kept = changed.filter(({ waived }) => Object.keys(waived).length > 0);
  await Promise.all([
    run(sql, 'DELETE FROM waived WHERE customer_id = ANY ($1::bigint[])', [ids]),
    run(sql, `INSERT INTO waived (${columnNames(WAIVED)}) ${arrayRows(WAIVED)}`, [
      kept.map(({ customerId }) => customerId),
      kept.map(({ waived }) => JSON.stringify(waived)),
    ]),
  ]);
}

const TYPED = { customer_id: 'bigint', stream: 'text', version: 'bigint', type: 'text' };
const EVENT = { ...TYPED, time: 'timestamptz', data: 'text', traceparent: 'text' };

/**
 * Stores events, and for each webhook that subscribes to them a delivery, in this order. A late event that had been
 * waived may already have been stored by a process of an older version.
 */
async function writeReleased(sql: Sql, events: readonly Taken[]): Promise<void> {
  if (events.length === 0) return;
  const columns = [
    events.map(({ event }) => event.customer_id),
    events.map(({ event }) => event.stream),
    events.map(({ event }) => event.version),
    events.map(({ event }) => event.type),
  ];
  const keep = `INSERT INTO events (${columnNames(EVENT)}) ${arrayRows(EVENT)} ON CONFLICT DO NOTHING`;
  const deliver = `WITH wanted AS (
      INSERT INTO deliveries (webhook_id, customer_id, stream, version)
      SELECT w.id, e.customer_id, e.stream, e.version
      FROM (${placedArrayRows(TYPED)}) AS e
      JOIN webhooks w ON w.status = 1 AND e.type = ANY (w.event_types)
      ORDER BY e.place
      RETURNING webhook_id, customer_id)
    INSERT INTO lanes (webhook_id, customer_id, due_at)
    SELECT webhook_id, customer_id, clock_timestamp() FROM wanted GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (webhook_id, customer_id) DO UPDATE SET due_at = lanes.due_at`;
  await Promise.all([
    run(sql, HOLD_SUBSCRIBERS),
    run(sql, keep, [
      ...columns,
      events.map(({ event }) => event.time),
      events.map(({ event }) => JSON.stringify(event.data)),
      events.map(({ event }) => event.traceparent),
    ]),
    run(sql, deliver, columns),
  ]);
}
