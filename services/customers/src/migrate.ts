/** Brings the database up to this version and ends, for who does that before the new version starts. */
import { migrateService } from '@mo/database';
import { readConfig, runTask } from '@mo/service-kit';
import { migrationSchema } from './config.ts';
import { indexes, migrations } from './db/migrations/index.ts';

await runTask(() => {
  const config = readConfig(migrationSchema);
  const databaseUrl = config.CUSTOMERS_DATABASE_URL;
  return migrateService({ service: 'customers', config, databaseUrl, migrations, indexes });
});
