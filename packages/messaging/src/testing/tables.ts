/** A service's tables without the service: how they store the results of a batch. */
import { randomUUID } from 'node:crypto';
import type { MigrationObject } from '@mikro-orm/core';
import type { Stream, StreamEvent } from '@mo/contracts';
import { type Database, migrate, run, sqlOf } from '@mo/database';
import { openTestDatabase } from '@mo/database/testing';
import { testServers } from '@mo/dev-stack';
import type { Account, StreamModel } from '../protocol/account.ts';
import { Batch } from '../protocol/batch.ts';
import { type AccountTables, SqlStore } from '../sql/sql-store.ts';

const CONNECTIONS_MAX = 2;

/** Creates a separate database with a service's tables; the test must close it. */
export async function migratedDatabase(own: Stream, migrations: MigrationObject[]): Promise<Database> {
  const { [own]: url } = await testServers().createDatabases(own);
  return withTables(url, own, migrations);
}

/** The same in a database that sorts text by the rules of English, and not by code points. */
export async function englishDatabase(own: Stream, migrations: MigrationObject[]): Promise<Database> {
  const name = `${own}_${randomUUID().slice(0, 8)}`;
  const url = new URL(testServers().adminUrl);
  const admin = await openTestDatabase(url.href, { statementTimeoutMs: 0, silenceMsMax: 0 });
  const text = `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'`;
  try {
    await run(sqlOf(admin), text);
  } finally {
    await admin.close();
  }
  url.pathname = `/${name}`;
  return withTables(url.href, own, migrations);
}

async function withTables(url: string, own: Stream, migrations: MigrationObject[]): Promise<Database> {
  const database = await openTestDatabase(url, { name: own, migrations, connectionsMax: CONNECTIONS_MAX });
  await migrate(database);
  return database;
}

/** The first event of a customer. */
export const registered = (customerId: number): StreamEvent => ({
  stream: 'customers',
  customer_id: customerId,
  version: 1,
  type: 'CustomerRegistered',
  data: {
    customer_id: customerId,
    customer_external_id: `customer-${customerId}`,
    status: 'active',
    score: '12.34',
    preapproved_at: null,
  },
  seen: {},
  time: new Date().toISOString(),
  traceparent: null,
});

/** Follows events in one batch; returns the accounts as they were written, and as the next batch reads them. */
export async function writtenAndRead<A extends Account>(
  database: Database,
  tables: AccountTables<A>,
  model: StreamModel<A>,
  events: readonly StreamEvent[],
): Promise<{ written: A[]; read: A[] }> {
  const store = new SqlStore(database, tables);
  const nowMs = Date.now();
  const written = await store.transaction(async (transaction) => {
    const batch = new Batch(model, await transaction.open({ commands: [], events, quarantined: [] }, nowMs), nowMs);
    batch.events(events);
    transaction.save(batch.changes());
    return batch.changes().accounts.map(({ after }) => after);
  });
  const state = await store.transaction((transaction) =>
    transaction.open({ commands: [], events, quarantined: [] }, nowMs),
  );
  return { written, read: written.flatMap(({ customerId }) => state.accounts.get(customerId) ?? []) };
}

/** Applies an event in one transaction while another applies and commits it in between: must fail with a conflict. */
export async function takenMeanwhile<A extends Account>(
  database: Database,
  tables: AccountTables<A>,
  model: StreamModel<A>,
  event: StreamEvent,
): Promise<void> {
  const nowMs = Date.now();
  await new SqlStore(database, tables).transaction(async (transaction) => {
    const state = await transaction.open({ commands: [], events: [event], quarantined: [] }, nowMs);
    await writtenAndRead(database, tables, model, [event]);
    const batch = new Batch(model, state, nowMs);
    batch.events([event]);
    transaction.save(batch.changes());
  });
}
