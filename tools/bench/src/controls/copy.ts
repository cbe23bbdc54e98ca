/** Control (d): COPY of an upload's rows, without checks or events: the fastest way into PostgreSQL. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import pg from 'pg';
import { streamTables } from './stream-tables.ts';

/** The part of pg that COPY needs and @types/pg omits. */
interface CopyConnection {
  readonly stream: Writable;
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

const CHUNK_LINES = 1_000;
const TIMEOUT_MS = 1_800_000;

/** An account's progress in the streams it follows. */
function progress(...follows: readonly string[]): string {
  const columns = follows.flatMap((stream) => [
    `${stream}_applied bigint NOT NULL`,
    `${stream}_behind bigint NOT NULL`,
  ]);
  return [
    'version bigint NOT NULL',
    'restricted bigint NOT NULL',
    'last_time timestamptz(3) NOT NULL',
    ...columns,
  ].join(', ');
}

const TABLES = `
  CREATE TABLE copy_customers (id bigint PRIMARY KEY CHECK (id > 0), created_at timestamptz(3) NOT NULL, updated_at timestamptz(3) NOT NULL,
    external_id varchar(60) COLLATE "C" NOT NULL UNIQUE, status smallint NOT NULL CHECK (status IN (1, 2)),
    score numeric(12,2) NOT NULL CHECK (score >= 0), preapproved_at timestamptz(3)) WITH (fillfactor = 90);
  CREATE INDEX copy_customers_inactive ON copy_customers (id) WHERE status = 2;
  CREATE TABLE copy_balances (customer_id bigint PRIMARY KEY REFERENCES copy_customers, total_debt numeric(14,2) NOT NULL
    CHECK (total_debt >= 0), ${progress('loans', 'payments')}) WITH (fillfactor = 70);
  CREATE TABLE copy_borrowers (customer_id bigint PRIMARY KEY, external_id varchar(60) COLLATE "C" UNIQUE, status smallint,
    score numeric(12,2) NOT NULL CHECK (score >= 0), debt numeric(14,2) NOT NULL CHECK (debt >= 0),
    ${progress('customers', 'payments')}) WITH (fillfactor = 70);
  CREATE TABLE copy_payers (customer_id bigint PRIMARY KEY, external_id varchar(60) COLLATE "C" UNIQUE,
    owed numeric(14,2) NOT NULL CHECK (owed >= 0), ${progress('customers', 'loans')}) WITH (fillfactor = 70);
  ${streamTables('copy_')}`;
const DROP =
  'DROP TABLE IF EXISTS copy_balances, copy_customers, copy_borrowers, copy_payers, copy_journal, copy_outbox';

interface Lines {
  readonly into: string;
  /** The COPY line of one customer. */
  readonly line: (id: number, name: string, at: string) => string;
}

/** The rows of the customers service: customers, their events and the outbox. */
const OWN_ROWS: readonly Lines[] = [
  {
    into: 'copy_customers (id, created_at, updated_at, external_id, status, score)',
    line: (id, name, at) => `${id}\t${at}\t${at}\t${name}\t1\t1000.00\n`,
  },
  {
    into: 'copy_journal (customer_id, version, type, data, seen, time)',
    line: (id, name, at) =>
      `${id}\t1\tCustomerRegistered\t{"customer_id":${id},"customer_external_id":"${name}","status":"active","score":"1000.00","preapproved_at":null}\t{}\t${at}\n`,
  },
  { into: 'copy_outbox (customer_id, version)', line: (id) => `${id}\t1\n` },
];

/** The derived rows as well: the balance, and an account in each following service. */
const ALL: readonly Lines[] = [
  ...OWN_ROWS,
  { into: 'copy_balances', line: (id, _name, at) => `${id}\t0\t1\t0\t${at}\t0\t0\t0\t0\n` },
  { into: 'copy_borrowers', line: (id, name, at) => `${id}\t${name}\t1\t1000.00\t0\t0\t0\t${at}\t1\t0\t0\t0\n` },
  { into: 'copy_payers', line: (id, name, at) => `${id}\t${name}\t0\t0\t0\t${at}\t1\t0\t0\t0\n` },
];

export interface Copied {
  readonly seconds: number;
  readonly rows: readonly number[];
}

/**
 * Copies the rows of `count` customers into new tables, in one transaction.
 *
 * @param all also the rows that followers write
 * @returns the time from BEGIN to COMMIT, and the number of rows in each table
 */
export async function copyCustomers(url: string, count: number, all: boolean): Promise<Copied> {
  const tables = all ? ALL : OWN_ROWS;
  const client = new pg.Client({ connectionString: url, statement_timeout: TIMEOUT_MS });
  await client.connect();
  try {
    await client.query(DROP);
    await client.query(TABLES);
    const at = new Date().toISOString();
    const startMs = performance.now();
    await client.query('BEGIN');
    for (const { into, line } of tables) await copy(client, into, count, (id) => line(id, `copy-${id}`, at));
    await client.query('COMMIT');
    const seconds = (performance.now() - startMs) / 1000;
    const { rows } = await client.query<{ count: string }>(
      tables.map(({ into }) => `SELECT count(*) FROM ${into.split(' ')[0]}`).join(' UNION ALL '),
    );
    await client.query(DROP);
    return { seconds, rows: rows.map((row) => Number(row.count)) };
  } finally {
    await client.end();
  }
}

/** Sends the lines in chunks, as fast as the connection takes them. */
async function copy(client: pg.Client, into: string, count: number, line: (id: number) => string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const send = async (connection: CopyConnection) => {
    for (let from = 1; from <= count; from += CHUNK_LINES) {
      let text = '';
      for (let id = from; id < from + CHUNK_LINES && id <= count; id += 1) text += line(id);
      connection.sendCopyFromChunk(Buffer.from(text));
      if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
    }
    connection.endCopyFrom();
  };
  client.query({
    submit: (connection: unknown) => (connection as CopyConnection).query(`COPY ${into} FROM STDIN`),
    handleCopyInResponse: (connection: CopyConnection) => void send(connection).catch(reject),
    handleCommandComplete: () => {},
    handleReadyForQuery: () => resolve(),
    handleError: reject,
  } as pg.Submittable);
  await promise;
}
