/**
 * A customer's statement, oldest first. A late event may add an entry before entries that a caller has already read.
 * The running sum of a page therefore starts from the current sum of all entries before the page, not from the end of
 * the previous page.
 */
import { isoTime, type StatementEntryBody, type statementQuery } from '@mo/contracts';
import { type Database, run, sqlOf, wordOf } from '@mo/database';
import { type Page, pageOfRows, readCursor } from '@mo/service-kit';
import type { z } from 'zod';
import { STATEMENT_KINDS } from '../domain/statement.ts';

export type StatementFilters = z.infer<typeof statementQuery>;

const READ = `
  WITH before AS (
    SELECT coalesce(sum(CASE kind WHEN 1 THEN amount ELSE -amount END), 0) AS debt FROM statement_entries
    WHERE customer_id = $1 AND (at, kind, version) <= ($2::timestamptz, $3::bigint, $4::bigint)
  ), page AS (
    SELECT at, kind, version, reference, amount FROM statement_entries
    WHERE customer_id = $1 AND (at, kind, version) > ($2::timestamptz, $3::bigint, $4::bigint) AND at <= $5::timestamptz
    ORDER BY at, kind, version LIMIT $6
  )
  SELECT page.*, before.debt + sum(CASE kind WHEN 1 THEN amount ELSE -amount END) OVER (ORDER BY at, kind, version) AS total_debt
  FROM page, before ORDER BY at, kind, version`;

interface EntryRow {
  at: Date | string;
  kind: number;
  version: string;
  reference: string;
  amount: string;
  total_debt: string;
}

/** A page of a customer's statement, up to and including `as_of` if given. */
export async function findStatement(
  database: Database,
  customerId: number,
  query: StatementFilters,
): Promise<Page<StatementEntryBody>> {
  const filters = { ...query, customer_id: customerId };
  const [atMs, kind, version] = readCursor(query.cursor, filters, 3) ?? [];
  const rows = await run<EntryRow>(sqlOf(database), READ, [
    customerId,
    atMs === undefined ? '-infinity' : isoTime(atMs),
    kind ?? 0,
    version ?? 0,
    query.as_of === undefined ? 'infinity' : isoTime(query.as_of),
    query.limit + 1,
  ]);
  return pageOfRows(
    rows,
    filters,
    (row) => [new Date(row.at).getTime(), row.kind, Number(row.version)],
    (row) => ({
      at: isoTime(new Date(row.at)),
      kind: wordOf(STATEMENT_KINDS, row.kind),
      reference: row.reference,
      amount: row.amount,
      total_debt: row.total_debt,
    }),
  );
}
