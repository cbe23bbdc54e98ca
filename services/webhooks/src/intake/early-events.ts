/**
 * The database table of events that wait for their causes. Waiting times come from the database's clock alone, because
 * the clocks of processes differ and may be adjusted.
 */
import type { StreamEvent } from '@mo/contracts';
import { arrayRows, columnNames, run, type Sql } from '@mo/database';
import type { Arrived } from './order.ts';

export interface Taken extends Arrived {
  readonly event: StreamEvent;
}

interface EarlyRow {
  readonly event: StreamEvent;
  readonly waited_ms: string;
}

/** The waiting events of the given customers. */
export async function readEarly(sql: Sql, customerIds: readonly number[]): Promise<Taken[]> {
  const text = `SELECT event, extract(epoch FROM clock_timestamp() - arrived_at) * 1000 AS waited_ms FROM early_events
    WHERE customer_id = ANY ($1::bigint[])`;
  const rows = await run<EarlyRow>(sql, text, [customerIds]);
  return rows.map(({ event, waited_ms }) => ({ event, waitedMs: Number(waited_ms) }));
}

/**
 * Stores events that begin to wait and removes those that no longer wait. Events that keep waiting are not rewritten,
 * which bounds the writes however many there are.
 *
 * @param early events that were already waiting
 * @param arrived events that were not
 * @param waiting the events of both that wait now
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

const KEY = { customer_id: 'bigint', stream: 'text', version: 'bigint' };

async function remove(sql: Sql, gone: readonly Taken[]): Promise<void> {
  if (gone.length === 0) return;
  const text = `DELETE FROM early_events e USING (${arrayRows(KEY)}) AS gone
    WHERE e.customer_id = gone.customer_id AND e.stream = gone.stream AND e.version = gone.version`;
  await run(sql, text, keysOf(gone));
}

async function keep(sql: Sql, come: readonly Taken[]): Promise<void> {
  if (come.length === 0) return;
  // The parameters include the events' times: an event whose time can't be stored is refused now, not once its cause
  // arrives.
  const text = `INSERT INTO early_events (${columnNames(KEY)}, event, arrived_at)
    SELECT ${columnNames(KEY)}, event, clock_timestamp()
    FROM (${arrayRows({ ...KEY, event: 'jsonb', time: 'timestamptz' })}) AS come
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
