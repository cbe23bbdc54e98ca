import { STREAMS, type Stream } from '@mo/contracts';
import {
  ConfigError,
  origins,
  processConfig,
  readConfig,
  type TracingSettings,
  tracingConfig,
  tracingSettings,
} from '@mo/service-kit';
import { z } from 'zod';

const environment = z.object({
  ...processConfig,
  ...tracingConfig,
  CUSTOMERS_URL: origins,
  LOANS_URL: origins,
  PAYMENTS_URL: origins,
  API_KEYS: z.string().optional(),
  API_KEYS_FILE: z.string().optional(),
});

/** Where the API keys come from: the text itself, or a file that is read again when it changes. */
export type KeySource = { readonly text: string } | { readonly file: string };

export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly version: string;
  /** Null where nothing is traced. */
  readonly tracing: TracingSettings | null;
  /** The origins of each service's replicas. */
  readonly replicas: Readonly<Record<Stream, readonly string[]>>;
  readonly keys: KeySource;
}

/**
 * Reads the environment, once.
 *
 * @throws ConfigError that names each variable that is wrong or missing
 */
export function gatewayConfig(variables: NodeJS.ProcessEnv = process.env): GatewayConfig {
  const read = readConfig(environment, variables);
  const replicas = { customers: read.CUSTOMERS_URL, loans: read.LOANS_URL, payments: read.PAYMENTS_URL };
  for (const service of STREAMS) {
    if (new Set(replicas[service]).size < replicas[service].length) {
      throw new ConfigError(`${service.toUpperCase()}_URL names an origin twice`);
    }
  }
  return {
    host: read.HOST,
    port: read.PORT,
    logLevel: read.LOG_LEVEL,
    version: read.MO_VERSION,
    tracing: tracingSettings(read),
    replicas,
    keys: keySource(read),
  };
}

function keySource({ API_KEYS: text = '', API_KEYS_FILE: file = '' }: z.infer<typeof environment>): KeySource {
  if (text !== '' && file !== '') throw new ConfigError('API_KEYS and API_KEYS_FILE are both set: set one of them');
  if (text === '' && file === '') throw new ConfigError('neither API_KEYS nor API_KEYS_FILE is set: set one of them');
  return text === '' ? { file } : { text };
}
