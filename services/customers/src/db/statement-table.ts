/** The entries of statements, in display order: by time, then stream, then version. */
import { isoTime } from '@mo/contracts';
import type { Statement } from '@mo/database';
import { codeOf, rowStatements } from '@mo/messaging';
import { formatMoney } from '@mo/money';
import { STATEMENT_KINDS, type StatementEntry } from '../domain/statement.ts';

const INSERT = `
  INSERT INTO statement_entries (customer_id, at, kind, version, reference, amount)
  SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::smallint[], $4::bigint[], $5::text[], $6::numeric[])`;

/** The statements that insert entries. */
export function entryStatements(entries: readonly StatementEntry[]): Statement[] {
  return rowStatements(INSERT, entries, [
    (entry) => entry.customerId,
    (entry) => isoTime(entry.at),
    (entry) => codeOf(STATEMENT_KINDS, entry.kind),
    (entry) => entry.version,
    (entry) => entry.reference,
    (entry) => formatMoney(entry.amount),
  ]);
}
