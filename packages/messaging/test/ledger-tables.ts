/** The ledger's tables, on a real database: the protocol's own, and a row an account. */
import { Migration } from '@mikro-orm/migrations';
import { column, type Database, migrate, run } from '@mo/database';
import { openTestDatabase } from '@mo/database/testing';
import { testServers } from '@mo/dev-stack';
import {
  type AccountTables,
  behindIndexV1,
  JournalDigestV1,
  PartitioningTableV1,
  type ProgressRow,
  progressColumns,
  progressColumnsV1,
  QuarantineTableV1,
  readProgress,
  streamTablesV1,
} from '../src/index.ts';
import { type Ledger, ledgerModel } from './ledger.ts';

const CONNECTIONS_MAX = 4;
const FOLLOWS = ledgerModel.follows;

class First extends Migration {
  override async up(): Promise<void> {
    for (const statement of streamTablesV1()) this.addSql(statement);
    this.addSql(`CREATE TABLE accounts (
      customer_id bigint PRIMARY KEY,
      external_id text UNIQUE,
      history text[] NOT NULL DEFAULT '{}',
      ${progressColumnsV1(FOLLOWS)}
    )`);
    this.addSql(behindIndexV1('accounts', FOLLOWS));
    this.addSql('CREATE TABLE names (external_id text PRIMARY KEY)');
    this.addSql('CREATE SEQUENCE ids CACHE 1');
  }
}

const MIGRATIONS = [
  { name: 'first', class: First },
  { name: 'journal-digest', class: JournalDigestV1 },
  { name: 'quarantine', class: QuarantineTableV1 },
  { name: 'partitioning', class: PartitioningTableV1 },
];

type AccountRow = ProgressRow & { customer_id: string; external_id: string | null; history: string[] };

const SAVE = `
  INSERT INTO accounts (customer_id, external_id, history, version, restricted, last_time,
    customers_applied, customers_behind, payments_applied, payments_behind)
  SELECT id, name, ARRAY(SELECT json_array_elements_text(history)), version, restricted, time, ca, cb, pa, pb
  FROM unnest($1::bigint[], $2::text[], $3::json[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::bigint[],
    $8::bigint[], $9::bigint[], $10::bigint[]) AS new (id, name, history, version, restricted, time, ca, cb, pa, pb)
  ON CONFLICT (customer_id) DO UPDATE SET external_id = excluded.external_id, history = excluded.history,
    version = excluded.version, restricted = excluded.restricted, last_time = excluded.last_time,
    customers_applied = excluded.customers_applied, customers_behind = excluded.customers_behind,
    payments_applied = excluded.payments_applied, payments_behind = excluded.payments_behind`;

export const ledgerTables: AccountTables<Ledger> = {
  table: 'accounts',
  made: 'names',
  idSequence: 'ids',
  follows: FOLLOWS,
  byExternalId: 'SELECT customer_id FROM accounts WHERE external_id = ANY($1::text[])',
  lock: async (sql, customerIds, externalIds) => {
    const text = `SELECT customer_id, external_id, history, ${progressColumns(FOLLOWS, 'accounts')} FROM accounts
      WHERE customer_id = ANY($1::bigint[]) OR external_id = ANY($2::text[]) ORDER BY customer_id FOR NO KEY UPDATE`;
    const rows = await run<AccountRow>(sql, text, [customerIds, externalIds]);
    return rows.map((row) => ({
      customerId: Number(row.customer_id),
      externalId: row.external_id,
      history: row.history,
      ...readProgress(FOLLOWS, row),
    }));
  },
  unknown: (customerId) => ledgerModel.unknown(customerId),
  readBeside: async () => (account) => account,
  save: (changes) => {
    const accounts = changes.accounts.map(({ after }) => after);
    if (accounts.length === 0) return [];
    const parameters = [
      column(accounts, (account) => account.customerId),
      column(accounts, (account) => account.externalId),
      column(accounts, (account) => JSON.stringify(account.history)),
      column(accounts, (account) => account.version),
      column(accounts, (account) => account.restricted),
      column(accounts, (account) => new Date(account.lastTimeMs).toISOString()),
      column(accounts, (account) => account.applied.customers ?? 0),
      column(accounts, (account) => account.behind.customers ?? 0),
      column(accounts, (account) => account.applied.payments ?? 0),
      column(accounts, (account) => account.behind.payments ?? 0),
    ];
    return [{ text: SAVE, parameters }];
  },
};

/** Opens a database of this test's own; each call to `open` is as another process of the service. */
async function ledgerDatabases() {
  const { loans: url } = await testServers().createDatabases('ledger');
  const opened: Database[] = [];
  const open = async (): Promise<Database> => {
    const more = { name: 'ledger', migrations: MIGRATIONS, connectionsMax: CONNECTIONS_MAX };
    const database = await openTestDatabase(url, more);
    opened.push(database);
    return database;
  };
  return { open, close: () => Promise.all(opened.map((database) => database.close())) };
}

export type LedgerDatabases = Awaited<ReturnType<typeof ledgerDatabases>>;

/** A database with the ledger's tables. */
export async function migratedLedger(): Promise<{ database: Database; databases: LedgerDatabases }> {
  const databases = await ledgerDatabases();
  const database = await databases.open();
  await migrate(database);
  return { database, databases };
}
