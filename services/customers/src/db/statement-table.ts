/** The entries of statements, in display order: by time, then stream, then version. */
import { isoTime } from '@mo/contracts';
import { arrayRows, codeOf, columnNames, rowStatements, type Statement } from '@mo/database';
import { formatMoney } from '@mo/money';
import { STATEMENT_KINDS, type StatementEntry } from '../domain/statement.ts';

/** The columns of an entry. */
export const ENTRY = {
  customer_id: 'bigint',
  at: 'timestamptz',
  kind: 'smallint',
  version: 'bigint',
  reference: 'text',
  amount: 'numeric',
} as const;

const INSERT = `INSERT INTO statement_entries (${columnNames(ENTRY)}) ${arrayRows(ENTRY)}`;

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
