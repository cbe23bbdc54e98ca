/** Orphaned rows, possibly millions, are found by skipping from one parent id to the next rather than row by row. */

/**
 * SQL that deletes at most $1 rows of one parent that no longer exists, and returns a row for each.
 *
 * @param column the column of the table that refers to the parent; the first column of an index
 */
export const orphansOf = (table: string, column: string, parents: string): string => `
  WITH RECURSIVE named (id) AS (
    SELECT min(${column}) FROM ${table}
    UNION ALL
    SELECT (SELECT min(${column}) FROM ${table} WHERE ${column} > named.id) FROM named WHERE named.id IS NOT NULL
  ), gone (id) AS (
    SELECT id FROM named WHERE id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${parents} p WHERE p.id = named.id) LIMIT 1
  )
  DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM ${table} WHERE ${column} = (SELECT id FROM gone) LIMIT $1
  )) RETURNING 1`;
