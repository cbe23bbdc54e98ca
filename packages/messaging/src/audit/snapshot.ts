/**
 * A consistent snapshot of some customers' rows in a service's tables, read in one REPEATABLE READ transaction. Streams
 * only grow, so the expected rows at the time of the snapshot can still be derived from streams whose ends are read
 * later.
 */
import type { SeenVersions, Stream } from '@mo/contracts';
import type { Database } from '@mo/database';
import { inTransaction, run, type Sql } from '@mo/database';
import type { Account } from '../protocol/account.ts';
import type { Audited, ColumnType, ImageRow, ImageTable } from './image.ts';

export interface CustomerRows {
  /** The service's rows of the customer, by table. */
  readonly tables: Readonly<Record<string, readonly ImageRow[]>>;
  /** How many events its journal held. */
  readonly events: number;
  /** For each followed stream, the highest version in the quarantine. */
  readonly quarantined: SeenVersions;
}

/** A customer of whom the service has nothing. */
export const NO_ROWS: CustomerRows = { tables: {}, events: 0, quarantined: {} };

export interface Snapshot {
  readonly takenMs: number;
  readonly customers: ReadonlyMap<number, CustomerRows>;
}

interface FoundRows extends CustomerRows {
  readonly tables: Record<string, ImageRow[]>;
  events: number;
  readonly quarantined: Partial<Record<Stream, number>>;
}

const QUARANTINED = `
  SELECT customer_id, stream, max(version) AS version FROM quarantine
  WHERE customer_id = ANY($1::bigint[]) AND stream = ANY($2::text[]) AND version IS NOT NULL GROUP BY 1, 2`;

interface QuarantinedRow {
  customer_id: string;
  stream: Stream;
  version: string;
}

/** Runs reads that all see the same snapshot. */
export function atOneMoment<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  return inTransaction(database, work, { begin: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', readsFirst: true });
}

/** Reads the rows of customers in a transaction of {@link atOneMoment}. */
export async function readSnapshot(
  sql: Sql,
  { tables, model: { follows } }: Pick<Audited<Account>, 'tables' | 'model'>,
  customerIds: readonly number[],
): Promise<Snapshot> {
  const takenMs = Date.now();
  const found = new Map<number, FoundRows>();
  for (const id of customerIds) found.set(id, { tables: {}, events: 0, quarantined: {} });
  for (const table of tables) {
    for (const { customer, ...row } of await readRows(sql, table, customerIds)) {
      const rows = found.get(Number(customer))?.tables ?? {};
      const ofTable = rows[table.name] ?? [];
      ofTable.push(row);
      rows[table.name] = ofTable;
    }
  }
  const text = `SELECT customer_id, count(*) AS events FROM journal WHERE customer_id = ANY($1::bigint[]) GROUP BY 1`;
  for (const { customer_id, events } of await run<{ customer_id: string; events: string }>(sql, text, [customerIds])) {
    const customer = found.get(Number(customer_id));
    if (customer !== undefined) customer.events = Number(events);
  }
  for (const { customer_id, stream, version } of await run<QuarantinedRow>(sql, QUARANTINED, [customerIds, follows])) {
    const customer = found.get(Number(customer_id));
    if (customer !== undefined) customer.quarantined[stream] = Number(version);
  }
  return { takenMs, customers: found };
}

/** The ids of the next customers in any of the service's tables or its journal, ascending. */
export async function nextCustomers(
  sql: Sql,
  { tables }: Pick<Audited<Account>, 'tables'>,
  after: number,
  customersMax: number,
): Promise<number[]> {
  const columns = tables.flatMap(({ name, customerColumn }) =>
    customerColumn === null ? [] : [{ name, column: customerColumn }],
  );
  const next = [...columns, { name: 'journal', column: 'customer_id' }].map(
    ({ name, column }) =>
      `(SELECT DISTINCT ${column} AS id FROM ${name} WHERE ${column} > $1 ORDER BY 1 LIMIT ${customersMax})`,
  );
  const rows = await run<{ id: string }>(sql, `${next.join(' UNION ')} ORDER BY id LIMIT ${customersMax}`, [after]);
  return rows.map((row) => Number(row.id));
}

const JOURNAL_HEADS = `
  SELECT customer.id, head.version FROM (SELECT unnest($1::bigint[]) AS id) AS customer CROSS JOIN LATERAL (
    SELECT version FROM journal WHERE customer_id = customer.id ORDER BY version DESC LIMIT 1
  ) AS head`;

/** The last version that the journal has of each customer; customers without events are left out. */
export async function journalHeads(sql: Sql, customerIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = await run<{ id: string; version: string }>(sql, JOURNAL_HEADS, [customerIds]);
  return new Map(rows.map(({ id, version }) => [Number(id), Number(version)]));
}

/** At most `entriesMax` outbox entries without an event in the journal, as customer id and version. */
export async function strayOutboxEntries(sql: Sql, entriesMax: number): Promise<[number, number][]> {
  const rows = await run<{ customer_id: string; version: string }>(
    sql,
    `SELECT o.customer_id, o.version FROM outbox o
     WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.customer_id = o.customer_id AND j.version = o.version)
     ORDER BY o.id LIMIT ${entriesMax}`,
  );
  return rows.map((row) => [Number(row.customer_id), Number(row.version)]);
}

function readRows(sql: Sql, { from, customer, columns }: ImageTable, customerIds: readonly number[]) {
  const list = Object.entries(columns).map(([column, type]) => `${asText(type, `t.${column}`)} AS ${column}`);
  const text = `SELECT ${customer} AS customer, ${list.join(', ')} FROM ${from} WHERE ${customer} = ANY($1::bigint[])`;
  return run<ImageRow & { customer: string }>(sql, text, [customerIds]);
}

function asText(type: ColumnType, column: string): string {
  if (type !== 'timestamptz') return `${column}::text`;
  return `coalesce(to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), ${column}::text)`;
}
