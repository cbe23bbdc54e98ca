/**
 * The events that wait for their causes, as the database keeps them. For how long they have waited, its clock alone decides: those
 * of processes differ, and may be set.
 */
import type { StreamEvent } from '@mo/contracts';
import { run, type Sql } from '@mo/database';
import type { Arrived } from './order.ts';

export interface Taken extends Arrived {
  readonly event: StreamEvent;
}

interface EarlyRow {
  readonly event: StreamEvent;
  readonly waited_ms: string;
}

/** What waits of some customers. */
export async function readEarly(sql: Sql, customerIds: readonly number[]): Promise<Taken[]> {
  const text = `SELECT event, extract(epoch FROM clock_timestamp() - arrived_at) * 1000 AS waited_ms FROM early_events
    WHERE customer_id = ANY ($1::bigint[])`;
  const rows = await run<EarlyRow>(sql, text, [customerIds]);
  return rows.map(({ event, waited_ms }) => ({ event, waitedMs: Number(waited_ms) }));
}

/**
 * Writes down what has begun to wait, and removes what waits no longer. What goes on waiting is not written again, however much
 * that is.
 *
 * @param early what waited already
 * @param arrived what did not
 * @param waiting those of both that wait now
 */
export async function writeEarly(
  sql: Sql,
  early: readonly Taken[],
  arrived: readonly Taken[],
  waiting: ReadonlySet<Taken>,
): Promise<void> {
  const gone = early.filter((each) => !waiting.has(each));
  const come = arrived.filter((each) => waiting.has(each));
  await Promise.all([remove(sql, gone), keep(sql, come)]);
}

async function remove(sql: Sql, gone: readonly Taken[]): Promise<void> {
  if (gone.length === 0) return;
  const text = `DELETE FROM early_events e USING unnest($1::bigint[], $2::text[], $3::bigint[]) AS gone (id, stream, version)
    WHERE e.customer_id = gone.id AND e.stream = gone.stream AND e.version = gone.version`;
  await run(sql, text, keysOf(gone));
}

async function keep(sql: Sql, come: readonly Taken[]): Promise<void> {
  if (come.length === 0) return;
  // Reads the times of the events as well: one that can't be told later is refused now, and not with its cause.
  const text = `INSERT INTO early_events (customer_id, stream, version, event, arrived_at)
    SELECT id, stream, version, event, clock_timestamp()
    FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::jsonb[], $5::timestamptz[])
      AS come (id, stream, version, event, time)
    ON CONFLICT DO NOTHING`;
  await run(sql, text, [
    ...keysOf(come),
    come.map(({ event }) => JSON.stringify(event)),
    come.map(({ event }) => event.time),
  ]);
}

const keysOf = (events: readonly Taken[]): readonly unknown[][] => [
  events.map(({ event }) => event.customer_id),
  events.map(({ event }) => event.stream),
  events.map(({ event }) => event.version),
];
