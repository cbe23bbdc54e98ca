/** Migrates the database to this version and exits; for deployments that migrate before the new version starts. */
import { migrateService } from '@mo/database';
import { readConfig, runTask } from '@mo/service-kit';
import { migrationSchema } from './config.ts';
import { indexes, migrations } from './store/migrations/index.ts';

await runTask(() => {
  const config = readConfig(migrationSchema);
  return migrateService({
    service: 'gateway',
    config,
    databaseUrl: config.GATEWAY_DATABASE_URL,
    migrations,
    indexes,
  });
});
