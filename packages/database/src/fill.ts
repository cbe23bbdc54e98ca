/**
 * Fills a new column of the rows that are already there while their table is in use: in steps, each in a transaction of
 * its own, so that no row is locked for long and vacuum is not held back.
 */
import type { PoolClient } from 'pg';

/** An UPDATE of the rows that meet a condition and that no longer meet it afterwards. */
export interface Fill {
  readonly table: string;
  /** A unique column of positive integers, by which the steps proceed. */
  readonly key: string;
  /** The assignments. */
  readonly set: string;
  readonly where: string;
}

/** Maximum number of rows that a step reads. */
export const FILL_ROWS_MAX = 10_000;

/** Changes all rows that meet the condition. If it is interrupted, the next call does what is left. */
export async function fill(client: PoolClient, { table, key, set, where }: Fill): Promise<void> {
  const text = `
    WITH step AS (
      SELECT max(${key}) AS last FROM (SELECT ${key} FROM ${table} WHERE ${key} > $1 ORDER BY ${key} LIMIT ${FILL_ROWS_MAX}) keys
    ), filled AS (
      UPDATE ${table} SET ${set} WHERE ${key} > $1 AND ${key} <= (SELECT last FROM step) AND (${where})
    ) SELECT last FROM step`;
  let last: string | null = '0';
  while (last !== null) last = (await client.query<{ last: string | null }>(text, [last])).rows[0]?.last ?? null;
}
