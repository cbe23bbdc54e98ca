import { RATE_MAX, SERVICE_NAMES, type ServiceName } from '@mo/contracts';
import { type DatabaseConnection, databaseConfig, databaseConnection, migrationConfig } from '@mo/database';
import {
  ConfigError,
  databaseUrl,
  identityConfig,
  networks,
  origins,
  processConfig,
  readConfig,
  type TracingSettings,
  tracingConfig,
  tracingSettings,
} from '@mo/service-kit';
import { z } from 'zod';
import type { TokenSettings } from './tokens/access-tokens.ts';

const AUDIT_DAYS_DEFAULT = 400;

/** Information about callers must come from an authenticated source; on this machine plain HTTP is acceptable. */
const secureUrl = z.url().refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}, 'must be an https URL');

/** The variables for migrations. */
export const migrationSchema = z.object({ ...migrationConfig, GATEWAY_DATABASE_URL: databaseUrl });

const environment = z.object({
  ...processConfig,
  ...identityConfig,
  ...tracingConfig,
  CUSTOMERS_URL: origins,
  LOANS_URL: origins,
  PAYMENTS_URL: origins,
  WEBHOOKS_URL: origins.optional(),
  API_KEYS: z.string().optional(),
  API_KEYS_FILE: z.string().optional(),
  TRUSTED_PROXIES: networks.optional(),
  ...databaseConfig,
  GATEWAY_DATABASE_URL: databaseUrl.optional(),
  AUDIT_DAYS: z.coerce.number().int().min(1).default(AUDIT_DAYS_DEFAULT),
  OIDC_ISSUER: secureUrl.optional(),
  OIDC_AUDIENCE: z.string().optional(),
  OIDC_JWKS_URL: secureUrl.optional(),
  OIDC_RATE: z.coerce.number().positive().max(RATE_MAX).optional(),
});

/** The source of the API keys: the text itself, or a file that is read again when it changes. */
export type KeySource = { readonly text: string } | { readonly file: string };

export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly version: string;
  /** Null if tracing is off. */
  readonly tracing: TracingSettings | null;
  /** The origins of each service's replicas; empty for a service that is not deployed. */
  readonly replicas: Readonly<Record<ServiceName, readonly string[]>>;
  /** The directory of its certificate, by which the services authenticate it; null if they admit everybody. */
  readonly identityDir: string | null;
  readonly keys: KeySource;
  /** The proxies in front of the gateway whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly string[];
  /** The gateway's own database; null if it has none, and knows only the keys above. */
  readonly database: DatabaseConnection | null;
  /** The retention of the audit log in days. */
  readonly auditDays: number;
  /** Null if no tokens are accepted. */
  readonly tokens: TokenSettings | null;
}

/**
 * Reads the environment, once.
 *
 * @throws ConfigError that lists each variable that is invalid or missing
 */
export function gatewayConfig(variables: NodeJS.ProcessEnv = process.env): GatewayConfig {
  const read = readConfig(environment, variables);
  const { CUSTOMERS_URL: customers, LOANS_URL: loans, PAYMENTS_URL: payments, WEBHOOKS_URL: webhooks = [] } = read;
  const replicas = { customers, loans, payments, webhooks };
  for (const service of SERVICE_NAMES) {
    if (new Set(replicas[service]).size < replicas[service].length) {
      throw new ConfigError(`${service.toUpperCase()}_URL contains an origin twice`);
    }
  }
  return {
    host: read.HOST,
    port: read.PORT,
    logLevel: read.LOG_LEVEL,
    version: read.MO_VERSION,
    tracing: tracingSettings(read),
    replicas,
    identityDir: read.IDENTITY_DIR ?? null,
    keys: keySource(read),
    trustedProxies: read.TRUSTED_PROXIES ?? [],
    database:
      read.GATEWAY_DATABASE_URL === undefined
        ? null
        : databaseConnection('GATEWAY_DATABASE_URL', read.GATEWAY_DATABASE_URL, read),
    auditDays: read.AUDIT_DAYS,
    tokens: tokenSettings(read),
  };
}

type Environment = z.infer<typeof environment>;

function tokenSettings(read: Environment): TokenSettings | null {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl, OIDC_RATE: rate } = read;
  if (issuer === undefined && audience === undefined && jwksUrl === undefined && rate === undefined) return null;
  if (issuer === undefined) throw new ConfigError('OIDC_ISSUER is not set, but another of the OIDC variables is');
  if (audience === undefined) throw new ConfigError('OIDC_AUDIENCE must be set too, because OIDC_ISSUER is set');
  return { issuer, audience, jwksUrl: jwksUrl ?? null, rate: rate ?? null };
}

function keySource({ API_KEYS: text = '', API_KEYS_FILE: file = '' }: Environment): KeySource {
  if (text !== '' && file !== '') throw new ConfigError('API_KEYS and API_KEYS_FILE are both set: set one of them');
  if (text === '' && file === '') throw new ConfigError('neither API_KEYS nor API_KEYS_FILE is set: set one of them');
  return text === '' ? { file } : { text };
}
