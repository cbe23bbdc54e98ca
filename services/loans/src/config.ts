import { migrationConfig } from '@mo/database';
import { serviceConfig } from '@mo/messaging';
import { databaseUrl, origins } from '@mo/service-kit';
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
