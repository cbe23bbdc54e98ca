/**
 * The quarantine table: events that could not be parsed or take effect, until they are resolved. A row is inserted in
 * the transaction that marks its customer as behind, and deleted in the transaction in which the account applies its
 * version. A row whose customer or version can't be read is deleted when its dead letter is settled. An account that was
 * created only to be marked is deleted together with its last mark.
 */
import { isoTime, type Stream } from '@mo/contracts';
import type { Database } from '@mo/database';
import {
  arrayRows,
  column,
  columnNames,
  inTransaction,
  rowStatements,
  run,
  type Sql,
  type Statement,
  sqlOf,
} from '@mo/database';
import type { Account } from '../protocol/account.ts';
import type { Quarantined, SettledLetter } from '../protocol/quarantine.ts';
import type { BatchChanges } from '../protocol/store.ts';
import type { CustomerBehind } from './progress-table.ts';

const VERSION = { stream: 'text', customer_id: 'bigint', version: 'bigint' };
const SOURCE = { source_topic: 'text', source_partition: 'integer', source_offset: 'bigint' };
const ITEM = { ...VERSION, reason: 'text', ...SOURCE };

/** Keeps the Kafka place of a pushed message when the same event is pulled later. */
const WRITE = (arbiter: string) => `
  INSERT INTO quarantine AS old (${columnNames(ITEM)}, at)
  ${arrayRows(ITEM)}, $8::timestamptz
  ORDER BY stream, customer_id, version, source_topic, source_partition, source_offset
  ON CONFLICT ${arbiter} DO UPDATE SET
    reason = excluded.reason,
    source_topic = coalesce(excluded.source_topic, old.source_topic),
    source_partition = coalesce(excluded.source_partition, old.source_partition),
    source_offset = coalesce(excluded.source_offset, old.source_offset)
  WHERE old.reason <> excluded.reason OR excluded.source_topic IS NOT NULL`;
const WRITE_NAMED = WRITE('(stream, customer_id, version)');
const WRITE_UNNAMED = WRITE(
  '(source_topic, source_partition, source_offset) WHERE customer_id IS NULL OR version IS NULL',
);

/** The statements that write rows; an event that has a row keeps it. The accounts of their customers must be locked. */
export function quarantineStatements(items: readonly Quarantined[], nowMs: number): Statement[] {
  const isNamed = ({ customerId, version }: Quarantined) => customerId !== null && version !== null;
  const named = items.filter(isNamed);
  const unnamed = items.filter((item) => !isNamed(item));
  return [
    ...write(
      WRITE_NAMED,
      oneEach(named, ({ stream, customerId, version }) => `${stream}-${customerId}-${version}`),
      nowMs,
    ),
    ...write(
      WRITE_UNNAMED,
      oneEach(unnamed, ({ source }) => `${source?.topic}-${source?.partition}-${source?.offset}`),
      nowMs,
    ),
  ];
}

function write(text: string, items: readonly Quarantined[], nowMs: number): Statement[] {
  if (items.length === 0) return [];
  const parameters = [
    column(items, (item) => item.stream),
    column(items, (item) => item.customerId),
    column(items, (item) => item.version),
    column(items, (item) => item.reason),
    column(items, (item) => item.source?.topic ?? null),
    column(items, (item) => item.source?.partition ?? null),
    column(items, (item) => item.source?.offset ?? null),
    isoTime(nowMs),
  ];
  return [{ text, parameters }];
}

/** A statement may write a row only once: of several items with one key, keeps the last, or the last with a place. */
function oneEach(items: readonly Quarantined[], keyOf: (item: Quarantined) => string): Quarantined[] {
  const kept = new Map<string, Quarantined>();
  for (const item of items) {
    const key = keyOf(item);
    if (item.source !== null || (kept.get(key)?.source ?? null) === null) kept.set(key, item);
  }
  return [...kept.values()];
}

const END = `
  DELETE FROM quarantine q USING (${arrayRows(VERSION)}) AS done
  WHERE q.stream = done.stream AND q.customer_id = done.customer_id AND q.version <= done.version`;

/** The statement that deletes rows of applied versions. Only accounts that were behind can have such rows. */
export function quarantineEnds<A extends Account>(accounts: BatchChanges<A>['accounts']): Statement[] {
  const done = accounts.flatMap(({ before, after }) =>
    (Object.keys(before?.behind ?? {}) as Stream[])
      .map((stream) => ({ stream, customerId: after.customerId, version: after.applied[stream] ?? 0 }))
      .filter(({ stream, version }) => version > (before?.applied[stream] ?? 0)),
  );
  return rowStatements(END, done, [(row) => row.stream, (row) => row.customerId, (row) => row.version]);
}

const LOCK = (table: string) => `
  SELECT 1 FROM ${table} WHERE customer_id IN (
    SELECT q.customer_id FROM quarantine q JOIN (${arrayRows(SOURCE)}) AS letter
      USING (${columnNames(SOURCE)})
  ) ORDER BY customer_id FOR NO KEY UPDATE`;

/** An event that was put back arrives again, so its row stays; the customer no longer waits for a dismissed event. */
const SETTLE = `
  DELETE FROM quarantine q
  USING (${arrayRows({ ...SOURCE, dismissed: 'boolean' })}) AS letter
  WHERE q.source_topic = letter.source_topic AND q.source_partition = letter.source_partition
    AND q.source_offset = letter.source_offset
    AND (letter.dismissed OR q.customer_id IS NULL OR q.version IS NULL)
  RETURNING q.stream, q.customer_id, q.version`;

const WAIT_FOR_REST = (table: string, stream: Stream) => `
  UPDATE ${table} a SET ${stream}_behind = coalesce((
    SELECT max(q.version) FROM quarantine q
    WHERE q.stream = '${stream}' AND q.customer_id = a.customer_id AND q.version > a.${stream}_applied
  ), 0)
  FROM (SELECT customer_id, ${stream}_behind AS version FROM ${table} WHERE customer_id = ANY($1::bigint[])) before
  WHERE a.customer_id = before.customer_id
  RETURNING a.customer_id, before.version, a.${stream}_behind AS rest`;

/** No stream has events of these customers, as far as the service knows. */
const FORGET_UNKNOWN = (table: string, follows: readonly Stream[]) => `
  DELETE FROM ${table} a WHERE customer_id = ANY($1::bigint[]) AND version = 0
    AND ${follows.map((stream) => `${stream}_applied = 0 AND ${stream}_behind = 0`).join(' AND ')}
    AND NOT EXISTS (SELECT FROM journal j WHERE j.customer_id = a.customer_id)`;

interface WaitingRow {
  customer_id: string;
  version: string;
  rest: string;
}

interface EndedRow {
  stream: Stream;
  customer_id: string | null;
  version: string | null;
}

export class QuarantineTable {
  readonly #database: Database;
  readonly #table: string;
  readonly #follows: readonly Stream[];

  /** @param table the table of accounts */
  constructor(database: Database, table: string, follows: readonly Stream[]) {
    this.#database = database;
    this.#table = table;
    this.#follows = follows;
  }

  /** The number of rows, for each followed stream. */
  async counts(): Promise<ReadonlyMap<Stream, number>> {
    const text = 'SELECT stream, count(*) AS rows FROM quarantine GROUP BY stream';
    const rows = await run<{ stream: Stream; rows: string }>(sqlOf(this.#database), text);
    const found = new Map(rows.map(({ stream, rows: count }) => [stream, Number(count)]));
    return new Map(this.#follows.map((stream) => [stream, found.get(stream) ?? 0]));
  }

  /**
   * Deletes rows whose dead letters were settled: those without a readable customer or version, and all dismissed ones.
   * Deletes accounts for which nothing else is left.
   *
   * @returns customers that are no longer marked as behind, or less far than before: events other than the dismissed
   *   one may be missing, so they must be pulled from their owners
   */
  settle(letters: readonly SettledLetter[]): Promise<readonly CustomerBehind[]> {
    const places = [
      column(letters, ({ source }) => source.topic),
      column(letters, ({ source }) => source.partition),
      column(letters, ({ source }) => source.offset),
    ];
    return inTransaction(this.#database, async (sql) => {
      await run(sql, LOCK(this.#table), places);
      const dismissed = column(letters, ({ settlement }) => settlement === 'dismissed');
      const ended = await run<EndedRow>(sql, SETTLE, [...places, dismissed]);
      const behind: CustomerBehind[] = [];
      for (const stream of this.#follows) {
        const waited = ended.filter((row) => row.stream === stream && row.version !== null);
        const ids = waited.flatMap((row) => row.customer_id ?? []);
        if (ids.length > 0) behind.push(...(await this.#waitForRest(sql, stream, ids)));
      }
      const ids = [...new Set(ended.flatMap((row) => row.customer_id ?? []))];
      if (ids.length > 0) await run(sql, FORGET_UNKNOWN(this.#table, this.#follows), [ids]);
      return behind;
    });
  }

  /** @returns the customers that were marked as further behind before */
  async #waitForRest(sql: Sql, stream: Stream, ids: readonly string[]): Promise<CustomerBehind[]> {
    const rows = await run<WaitingRow>(sql, WAIT_FOR_REST(this.#table, stream), [ids]);
    return rows
      .filter(({ version, rest }) => Number(version) > Number(rest))
      .map((row) => ({ customerId: Number(row.customer_id), stream, version: Number(row.version) }));
  }
}
