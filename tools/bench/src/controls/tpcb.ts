/**
 * Control (a): the TPC-B transaction of pgbench: five prepared statements between BEGIN and COMMIT, each with its own
 * round trip. As pgbench requires, there are at least as many branches as connections, because updates of one branch
 * wait for each other.
 */
import type pg from 'pg';
import { type ControlSizes, execute, type Transaction } from './transaction.ts';

const TELLERS_PER_BRANCH = 10;
const DELTA_MAX = 5_000;

/** Creates and fills the tables. */
export async function makeTpcb(client: pg.Client, { branches, accountsPerBranch }: ControlSizes): Promise<void> {
  await client.query(`
    CREATE TABLE branches (bid int PRIMARY KEY, bbalance int NOT NULL, filler char(88));
    CREATE TABLE tellers (tid int PRIMARY KEY, bid int NOT NULL, tbalance int NOT NULL, filler char(84));
    CREATE TABLE bank_accounts (aid int PRIMARY KEY, bid int NOT NULL, abalance int NOT NULL, filler char(84));
    CREATE TABLE history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
    INSERT INTO branches SELECT bid, 0, '' FROM generate_series(1, ${branches}) bid;
    INSERT INTO tellers SELECT tid, (tid - 1) / ${TELLERS_PER_BRANCH} + 1, 0, ''
      FROM generate_series(1, ${branches * TELLERS_PER_BRANCH}) tid;
    INSERT INTO bank_accounts SELECT aid, (aid - 1) / ${accountsPerBranch} + 1, 0, ''
      FROM generate_series(1, ${branches * accountsPerBranch}) aid`);
  await client.query('VACUUM ANALYZE branches, tellers, bank_accounts');
}

export function tpcb({ branches, accountsPerBranch }: ControlSizes): Transaction {
  const upTo = (count: number) => 1 + Math.floor(Math.random() * count);
  return async (client) => {
    const aid = upTo(branches * accountsPerBranch);
    const tid = upTo(branches * TELLERS_PER_BRANCH);
    const bid = upTo(branches);
    const delta = upTo(2 * DELTA_MAX + 1) - DELTA_MAX - 1;
    await execute(client, 'begin', 'BEGIN');
    await execute(client, 'account', 'UPDATE bank_accounts SET abalance = abalance + $1 WHERE aid = $2', [delta, aid]);
    await execute(client, 'balance', 'SELECT abalance FROM bank_accounts WHERE aid = $1', [aid]);
    await execute(client, 'teller', 'UPDATE tellers SET tbalance = tbalance + $1 WHERE tid = $2', [delta, tid]);
    await execute(client, 'branch', 'UPDATE branches SET bbalance = bbalance + $1 WHERE bid = $2', [delta, bid]);
    await execute(
      client,
      'history',
      'INSERT INTO history (tid, bid, aid, delta, mtime) VALUES ($1, $2, $3, $4, current_timestamp)',
      [tid, bid, aid, delta],
    );
    await execute(client, 'commit', 'COMMIT');
  };
}

/** Differences between the rows and the transactions. @param done how many transactions were acknowledged */
export async function tpcbFaults(client: pg.Client, done: number): Promise<string[]> {
  const { rows } = await client.query<{ name: string; sum: string }>(`
    SELECT 'branches' AS name, sum(bbalance)::text AS sum FROM branches
    UNION ALL SELECT 'tellers', sum(tbalance)::text FROM tellers
    UNION ALL SELECT 'accounts', sum(abalance)::text FROM bank_accounts
    UNION ALL SELECT 'history', coalesce(sum(delta), 0)::text FROM history`);
  const counted = await client.query<{ count: string }>('SELECT count(*) FROM history');
  const lines = Number(counted.rows[0]?.count);
  const faults = lines === done ? [] : [`${done} transactions were acknowledged, and ${lines} are in the history`];
  return new Set(rows.map(({ sum }) => sum)).size === 1
    ? faults
    : [...faults, `the sums differ: ${rows.map(({ name, sum }) => `${name} ${sum}`).join(', ')}`];
}
