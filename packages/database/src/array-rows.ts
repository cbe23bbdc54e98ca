/**
 * Rows from array parameters, one array per column: the form in which batches are written and compared. In a select list
 * PostgreSQL steps through the arrays in parallel. In FROM it would first copy each one into a tuple store of its own.
 *
 * @see https://www.postgresql.org/docs/current/xfunc-sql.html#XFUNC-SQL-FUNCTIONS-RETURNING-SET
 */
import type { Statement } from './sql.ts';

/** The PostgreSQL type of each column, by name, in the order of the parameters. */
export type ColumnTypes = Readonly<Record<string, string>>;

/** The names of the columns, for a column list. */
export const columnNames = (types: ColumnTypes): string => Object.keys(types).join(', ');

/**
 * SQL for a query with one row per element of the parameters, which are arrays of the same length. Further columns
 * (`, $3::timestamptz AS at`) or an ORDER BY may follow it.
 *
 * @param first the number of the first parameter
 */
export const arrayRows = (types: ColumnTypes, first = 1): string => {
  const columns = Object.entries(types).map(([name, type], place) => `unnest($${first + place}::${type}[]) AS ${name}`);
  return `SELECT ${columns.join(', ')}`;
};

/**
 * The same query, ordered by the code points of a text column, whatever the collation of the database: rows that all
 * transactions insert in one order cause no deadlock.
 */
export const sortedArrayRows = (types: ColumnTypes, by: string): string =>
  `SELECT * FROM (${arrayRows(types)}) AS new ORDER BY ${by} COLLATE "C"`;

/** The same query with a further column `place`: the position of the row's elements in the arrays, from 1. */
export const placedArrayRows = (types: ColumnTypes): string =>
  `${arrayRows(types)}, generate_subscripts($1::${Object.values(types)[0]}[], 1) AS place`;

/** SQL that updates rows of a table, found by the first of the columns, from arrays as in {@link arrayRows}. */
export function updateRows(table: string, types: ColumnTypes): string {
  const [key = '', ...others] = Object.keys(types);
  const values = others.map((name) => `${name} = new.${name}`);
  return `UPDATE ${table} SET ${values.join(', ')} FROM (${arrayRows(types)}) AS new WHERE ${table}.${key} = new.${key}`;
}

/** One array per column, for {@link arrayRows}. */
export const column = <Row, Value>(rows: readonly Row[], read: (row: Row) => Value): Value[] => rows.map(read);

/** The statement that writes rows, with one parameter per column; none if there are no rows. */
export const rowStatements = <Row>(
  text: string,
  rows: readonly Row[],
  columns: readonly ((row: Row) => unknown)[],
): Statement[] => (rows.length === 0 ? [] : [{ text, parameters: columns.map((read) => column(rows, read)) }]);
