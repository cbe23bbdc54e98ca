/** What is left of something that is gone, which may be millions of rows: found from one parent to the next, not row by row. */

/**
 * SQL that removes rows of one parent that is gone, at most $1 of them, and answers with a row for each.
 *
 * @param column of the table, that names the parent; the first of an index
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
