import { migrationConfig } from '@mo/database';
import { databaseUrl, origins, serviceConfig } from '@mo/messaging';
import { z } from 'zod';

/** The settings that migrations need. */
export const migrationSchema = z.object({ ...migrationConfig, LOANS_DATABASE_URL: databaseUrl });

export const configSchema = z.object({
  ...serviceConfig,
  LOANS_DATABASE_URL: databaseUrl,
  CUSTOMERS_URL: origins,
  PAYMENTS_URL: origins,
});
export type Config = z.infer<typeof configSchema>;
