/** Backup and restore of one service's database, with the means of a PostgreSQL administrator. */
import { testServers } from '@mo/dev-stack';
import pg from 'pg';

/** Copies the database of a URL. The service loses its connections for a moment. */
export function backUp(databaseUrl: string): Promise<void> {
  const name = nameIn(databaseUrl);
  return asAdministrator(async (client) => {
    await alone(client, name, () => client.query(`CREATE DATABASE ${quoted(backupOf(name))} TEMPLATE ${quoted(name)}`));
  });
}

/** Replaces the database and its settings by the copy. */
export function restore(databaseUrl: string): Promise<void> {
  const name = nameIn(databaseUrl);
  return asAdministrator(async (client) => {
    await client.query(`DROP DATABASE ${quoted(name)} WITH (FORCE)`);
    await client.query(`ALTER DATABASE ${quoted(backupOf(name))} RENAME TO ${quoted(name)}`);
    await client.query(`ALTER DATABASE ${quoted(name)} OWNER TO ${quoted(name)}`);
  });
}

/** Replaces the database by an empty one. */
export function empty(databaseUrl: string): Promise<void> {
  const name = nameIn(databaseUrl);
  return asAdministrator(async (client) => {
    await client.query(`DROP DATABASE ${quoted(name)} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${quoted(name)} OWNER ${quoted(name)}`);
  });
}

const nameIn = (url: string): string => new URL(url).pathname.slice(1);
const backupOf = (name: string): string => `${name}_backup`;
const quoted = (name: string): string => pg.escapeIdentifier(name);

/** Runs work without connections to a database, as copying it requires. */
async function alone(client: pg.Client, name: string, work: () => Promise<unknown>): Promise<void> {
  await client.query(`ALTER DATABASE ${quoted(name)} ALLOW_CONNECTIONS false`);
  try {
    await client.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [name]);
    await work();
  } finally {
    await client.query(`ALTER DATABASE ${quoted(name)} ALLOW_CONNECTIONS true`);
  }
}

async function asAdministrator(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: testServers().adminUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
