/** The command that migrates a database before a version starts. */
import { type MadeDatabaseUrls, testServers } from '@mo/dev-stack';
import pg from 'pg';
import { type MigrationOwner, runMigrate } from '../src/migrate.ts';

let urls: MadeDatabaseUrls;
beforeAll(async () => {
  urls = await testServers().createDatabases('migrate');
});

async function migrated(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('SELECT name FROM mikro_orm_migrations ORDER BY id');
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

it.each<MigrationOwner>(['customers', 'loans', 'payments', 'gateway', 'webhooks'])(
  'migrates the database of %s once, and reports it',
  async (service) => {
    const first = await runMigrate(service, urls[service]);
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('"msg":"migrated"') });
    const names = await migrated(urls[service]);
    expect(names).toContain('first');
    for (const name of names) expect(first.output).toContain(`"${name}"`);
    const again = await runMigrate(service, urls[service]);
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining('"msg":"no migration is due"') });
    expect(await migrated(urls[service])).toEqual(names);
  },
);

it('exits with 1 and the reason if the database refuses access or the URL is missing', async () => {
  const guess = Object.assign(new URL(urls.loans), { password: 'guess' }).href;
  const refused = await runMigrate('loans', guess);
  expect(refused.code).toBe(1);
  expect(refused.output).toContain('password authentication failed');
  expect(await runMigrate('loans', '')).toEqual({
    code: 1,
    output: 'The configuration is wrong:\n  LOANS_DATABASE_URL is not set\n',
  });
});
