/**
 * Takes events in, in the order of their causes, and writes down whom they are to be told to. All of that for one message is
 * one transaction, and offsets are committed after it: so nothing is lost, and what comes again is known.
 */
import { STREAMS, type Stream, type StreamEvent, type Versions } from '@mo/contracts';
import { type Database, inTransaction, run, type Sql, sqlOf } from '@mo/database';
import { type Arrived, CAUSE_MS_MAX, order } from './order.ts';

const LEFT_OVER_MAX = 1_000;

interface Taken extends Arrived {
  readonly event: StreamEvent;
}

interface CustomerRow {
  readonly customer_id: string;
  readonly customers: string;
  readonly loans: string;
  readonly payments: string;
}

interface EarlyRow {
  readonly customer_id: string;
  readonly event: StreamEvent;
  readonly arrived_at_ms: string;
}

export class Intake {
  readonly #database: Database;
  readonly #onTaken: () => void;

  /** @param onTaken told when there is something to deliver */
  constructor(database: Database, onTaken: () => void) {
    this.#database = database;
    this.#onTaken = onTaken;
  }

  /** Takes events in, those again that came before. */
  async take(events: readonly StreamEvent[], nowMs: number): Promise<void> {
    const arrived = events.map((event) => ({ event, arrivedAtMs: nowMs }));
    const customerIds = [...new Set(events.map(({ customer_id }) => customer_id))].sort((a, b) => a - b);
    await this.#order(customerIds, arrived, nowMs);
  }

  /** Lets go of what has waited too long for its cause. @returns how many customers that was done for */
  async takeOverdue(nowMs: number): Promise<number> {
    const text = `SELECT DISTINCT customer_id FROM early_events WHERE arrived_at <= $1 ORDER BY 1 LIMIT ${LEFT_OVER_MAX}`;
    const overdue = await inTransaction(this.#database, (sql) =>
      run<{ customer_id: string }>(sql, text, [new Date(nowMs - CAUSE_MS_MAX).toISOString()]),
    );
    if (overdue.length > 0)
      await this.#order(
        overdue.map(({ customer_id }) => Number(customer_id)),
        [],
        nowMs,
      );
    return overdue.length;
  }

  /** Customers of whom events wait for their causes, by the stream of what waits. */
  async countWaiting(): Promise<ReadonlyMap<Stream, number>> {
    const text = 'SELECT stream, count(DISTINCT customer_id) AS customers FROM early_events GROUP BY 1';
    const rows = await run<{ stream: Stream; customers: string }>(sqlOf(this.#database), text);
    return new Map(rows.map(({ stream, customers }) => [stream, Number(customers)]));
  }

  async #order(customerIds: readonly number[], arrived: readonly Taken[], nowMs: number): Promise<void> {
    const told = await inTransaction(this.#database, async (sql) => {
      const known = await lockCustomers(sql, customerIds);
      const early = await readEarly(sql, customerIds);
      const byCustomer = Map.groupBy([...early, ...arrived], ({ event }) => event.customer_id);
      const all = customerIds.map((customerId) => {
        const versions = known.get(customerId) as Versions;
        return { customerId, ...order(versions, byCustomer.get(customerId) ?? [], nowMs) };
      });
      const news = all.flatMap((each) => each.told);
      await writeCustomers(sql, all);
      await replaceEarly(
        sql,
        customerIds,
        all.flatMap((each) => each.waiting),
      );
      if (news.length > 0) await tell(sql, news);
      return news.length;
    });
    if (told > 0) this.#onTaken();
  }
}

/** In the order of their ids, so that two processes never wait for each other. */
async function lockCustomers(sql: Sql, ids: readonly number[]): Promise<Map<number, Versions>> {
  const make = 'INSERT INTO customers (customer_id) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING';
  await run(sql, make, [ids]);
  const read = 'SELECT * FROM customers WHERE customer_id = ANY ($1::bigint[]) ORDER BY customer_id FOR UPDATE';
  const rows = await run<CustomerRow>(sql, read, [ids]);
  return new Map(
    rows.map(({ customer_id: id, customers, loans, payments }) => [
      Number(id),
      { customers: Number(customers), loans: Number(loans), payments: Number(payments) },
    ]),
  );
}

async function readEarly(sql: Sql, ids: readonly number[]): Promise<Taken[]> {
  const text = `SELECT event, extract(epoch FROM arrived_at) * 1000 AS arrived_at_ms FROM early_events
    WHERE customer_id = ANY ($1::bigint[])`;
  const rows = await run<EarlyRow>(sql, text, [ids]);
  return rows.map(({ event, arrived_at_ms }) => ({ event, arrivedAtMs: Number(arrived_at_ms) }));
}

async function writeCustomers(
  sql: Sql,
  all: readonly { readonly customerId: number; readonly versions: Versions }[],
): Promise<void> {
  const text = `UPDATE customers SET customers = n.customers, loans = n.loans, payments = n.payments
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS n (id, customers, loans, payments)
    WHERE customer_id = n.id`;
  const columns = STREAMS.map((stream) => all.map(({ versions }) => versions[stream]));
  await run(sql, text, [all.map(({ customerId }) => customerId), ...columns]);
}

async function replaceEarly(sql: Sql, ids: readonly number[], waiting: readonly Taken[]): Promise<void> {
  await run(sql, 'DELETE FROM early_events WHERE customer_id = ANY ($1::bigint[])', [ids]);
  if (waiting.length === 0) return;
  const text = `INSERT INTO early_events (customer_id, stream, version, event, arrived_at)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::jsonb[], $5::timestamptz[]) ON CONFLICT DO NOTHING`;
  await run(sql, text, [
    waiting.map(({ event }) => event.customer_id),
    waiting.map(({ event }) => event.stream),
    waiting.map(({ event }) => event.version),
    waiting.map(({ event }) => JSON.stringify(event)),
    waiting.map(({ arrivedAtMs }) => new Date(arrivedAtMs).toISOString()),
  ]);
}

/** Writes down events, and for each webhook that wants them that they are to be delivered, in this order. */
async function tell(sql: Sql, events: readonly Taken[]): Promise<void> {
  const columns = [
    events.map(({ event }) => event.customer_id),
    events.map(({ event }) => event.stream),
    events.map(({ event }) => event.version),
    events.map(({ event }) => event.type),
  ];
  const keep = `INSERT INTO events (customer_id, stream, version, type, time, data, traceparent)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[], $7::text[])`;
  await run(sql, keep, [
    ...columns,
    events.map(({ event }) => event.time),
    events.map(({ event }) => JSON.stringify(event.data)),
    events.map(({ event }) => event.traceparent),
  ]);
  const deliver = `WITH wanted AS (
      INSERT INTO deliveries (webhook_id, customer_id, stream, version)
      SELECT w.id, e.customer_id, e.stream, e.version
      FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) WITH ORDINALITY AS e (customer_id, stream, version, type, place)
      JOIN webhooks w ON w.status = 1 AND e.type = ANY (w.event_types)
      ORDER BY e.place
      RETURNING webhook_id, customer_id)
    INSERT INTO lanes (webhook_id, customer_id, due_at)
    SELECT webhook_id, customer_id, clock_timestamp() FROM wanted GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (webhook_id, customer_id) DO UPDATE SET due_at = lanes.due_at`;
  await run(sql, deliver, columns);
}
