/**
 * One database and one role per service, including the gateway. Each role owns its database and cannot connect to any
 * other: the CONNECT privilege, which PUBLIC has by default, is revoked, on the server's own databases too.
 */
import pg from 'pg';

/** The services whose databases are required. */
export const databaseOwners = ['customers', 'loans', 'payments'] as const;
export type DatabaseOwner = (typeof databaseOwners)[number];
/** Without a database the gateway accepts only the keys that it was started with, and webhooks does not run. */
export const optionalOwners = ['gateway', 'webhooks'] as const;
const allOwners = [...databaseOwners, ...optionalOwners] as const;
/** A connection URL for each service that owns a database. */
export type DatabaseUrls = Record<DatabaseOwner, string> & Partial<Record<(typeof optionalOwners)[number], string>>;
/** The URLs of databases created here: always one for every service. */
export type MadeDatabaseUrls = Required<DatabaseUrls>;

const connectTimeoutMs = 10_000;
const statementTimeoutMs = 30_000;

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs,
  });
  client.on('error', () => {}); // the next statement reports it
  await client.connect();
  return client;
}

/** Revokes the default privilege to connect to the server's own databases. */
export async function revokePublicConnect(adminUrl: string): Promise<void> {
  const client = await connect(adminUrl);
  try {
    await client.query('revoke connect on database postgres, template1 from public');
  } finally {
    await client.end();
  }
}

/**
 * Creates the missing roles and databases, all with `suffix` in their names. The passwords of existing roles are reset.
 *
 * @param passwordOf returns the password of a role
 */
export async function createDatabases(
  adminUrl: string,
  suffix: string,
  passwordOf: (role: string) => string,
): Promise<MadeDatabaseUrls> {
  const client = await connect(adminUrl);
  try {
    for (const owner of allOwners) await createDatabase(client, `${owner}${suffix}`, passwordOf(`${owner}${suffix}`));
  } finally {
    await client.end();
  }
  const urlOf = (owner: (typeof allOwners)[number]) => {
    const url = new URL(adminUrl);
    url.username = `${owner}${suffix}`;
    url.password = passwordOf(url.username);
    url.pathname = `/${owner}${suffix}`;
    return url.href;
  };
  return Object.fromEntries(allOwners.map((owner) => [owner, urlOf(owner)])) as MadeDatabaseUrls;
}

async function createDatabase(client: pg.Client, name: string, password: string) {
  const id = client.escapeIdentifier(name);
  const roles = await client.query('select 1 from pg_roles where rolname = $1', [name]);
  await client.query(
    `${roles.rowCount ? 'alter' : 'create'} role ${id} login password ${client.escapeLiteral(password)}`,
  );
  const databases = await client.query('select 1 from pg_database where datname = $1', [name]);
  if (!databases.rowCount) await client.query(`create database ${id} owner ${id}`);
  await client.query(`revoke all on database ${id} from public`);
}
