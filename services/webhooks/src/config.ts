import { databaseConfig, migrationConfig } from '@mo/database';
import { kafkaConfig, topicPrefix } from '@mo/messaging';
import { admissionConfig, databaseUrl, origins, processConfig, tracingConfig } from '@mo/service-kit';
import { z } from 'zod';
import { type Network, readNetwork } from './delivery/targets.ts';

/** The settings that migrations need. */
export const migrationSchema = z.object({ ...migrationConfig, WEBHOOKS_DATABASE_URL: databaseUrl });

/** Ranges such as 10.0.0.0/8, separated by commas. */
const networks = z.string().transform((text, context): readonly Network[] => {
  try {
    return text.split(',').map((range) => readNetwork(range.trim()));
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be ranges of addresses such as 10.0.0.0/8, separated by commas',
    });
    return z.NEVER;
  }
});

export const configSchema = z.object({
  ...processConfig,
  ...admissionConfig,
  ...tracingConfig,
  ...databaseConfig,
  ...kafkaConfig,
  TOPIC_PREFIX: topicPrefix,
  WEBHOOKS_DATABASE_URL: databaseUrl,
  CUSTOMERS_URL: origins,
  LOANS_URL: origins,
  PAYMENTS_URL: origins,
  /** Networks that messages may be sent to, in addition to the public internet. */
  WEBHOOKS_NETWORKS: networks.optional(),
});
export type Config = z.infer<typeof configSchema>;
