/** Databases for one test, with a table of names. */
import { Migration } from '@mikro-orm/migrations';
import { testServers } from '@mo/dev-stack';
import { type Database, type DatabaseOptions, migrate, run, sqlOf } from '../src/index.ts';
import { openTestDatabase } from '../src/testing/index.ts';

export const CONNECTIONS_MAX = 4;

class First extends Migration {
  override async up(): Promise<void> {
    this.addSql('CREATE TABLE names (external_id text PRIMARY KEY)');
  }
}

export const MIGRATIONS = [{ name: 'first', class: First }];

/** Creates an empty database. Each call to `open` acts as another process of a service. */
export async function ownDatabases() {
  const { loans: url } = await testServers().createDatabases('database');
  const opened: Database[] = [];
  type More = { port?: number } & Partial<
    Pick<DatabaseOptions, 'connectionsMax' | 'migrations' | 'onPool' | 'silenceMsMax'>
  >;
  const open = async ({ port, ...options }: More = {}): Promise<Database> => {
    const own = port === undefined ? url : Object.assign(new URL(url), { port }).href;
    const more = { name: 'names', migrations: MIGRATIONS, connectionsMax: CONNECTIONS_MAX, ...options };
    const database = await openTestDatabase(own, more);
    opened.push(database);
    return database;
  };
  return {
    open,
    url,
    port: Number(new URL(url).port),
    close: () => Promise.all(opened.map((database) => database.close())),
  };
}

export type OwnDatabases = Awaited<ReturnType<typeof ownDatabases>>;

/** Creates a database with its table. */
export async function migratedDatabase(): Promise<{ database: Database; databases: OwnDatabases }> {
  const databases = await ownDatabases();
  const database = await databases.open();
  await migrate(database);
  return { database, databases };
}

/** Creates an empty database whose sessions start with a setting, such as `datestyle = 'German'`. */
export async function databaseWith(setting: string): Promise<OwnDatabases> {
  const databases = await ownDatabases();
  const sql = sqlOf(await databases.open());
  await run(sql, `ALTER DATABASE ${new URL(databases.url).pathname.slice(1)} SET ${setting}`);
  await databases.close();
  return databases;
}
