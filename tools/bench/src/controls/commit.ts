/** Control: the time of a commit on this disk. Each transaction inserts one short row. */
import type pg from 'pg';
import { execute, type Transaction } from './transaction.ts';

export async function makeCommits(client: pg.Client): Promise<void> {
  await client.query(
    'CREATE TABLE commits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL)',
  );
}

export const commit: Transaction = async (client) => {
  await execute(client, 'insert', 'INSERT INTO commits (at) VALUES (clock_timestamp())');
};

/** Differences between the rows and the acknowledged transactions. @param done how many were acknowledged */
export async function commitFaults(client: pg.Client, done: number): Promise<string[]> {
  const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM commits');
  const count = Number(rows[0]?.count);
  return count === done ? [] : [`${done} commits were acknowledged, and there are ${count} rows`];
}
