/** Migrates the database to this version and exits; for deployments that migrate before the new version starts. */
import { migrateService } from '@mo/database';
import { readConfig, runTask } from '@mo/service-kit';
import { migrationSchema } from './config.ts';
import { indexes, migrations } from './db/migrations/index.ts';

await runTask(() => {
  const config = readConfig(migrationSchema);
  return migrateService({ service: 'loans', config, databaseUrl: config.LOANS_DATABASE_URL, migrations, indexes });
});
