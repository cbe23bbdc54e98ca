/** What a process reads about who it is, and how it is reached by others who prove who they are. */
import { z } from 'zod';
import { ConfigError, port } from '../config.ts';
import type { Logger } from '../log.ts';
import type { Registry } from '../metrics.ts';
import { Admission } from './admission.ts';
import { Identity } from './identity.ts';

/** For a process that calls others. */
export const identityConfig = {
  /** A folder with ca.crt, tls.crt and tls.key. */
  IDENTITY_DIR: z.string().optional(),
};

/** For a process that others call, too. */
export const admissionConfig = {
  ...identityConfig,
  /** Where it takes calls by TLS, from callers with a certificate. */
  TLS_PORT: port.optional(),
  /** Whether calls without TLS are refused. */
  TLS_REQUIRED: z.stringbool({ truthy: ['true'], falsy: ['false'], error: 'must be true or false' }).default(true),
};

type AdmissionConfig = z.infer<z.ZodObject<typeof admissionConfig>>;

/**
 * Who the process is; a metric tells when its certificate runs out. Null where it needs none, and neither do those that it
 * calls.
 *
 * @param dir where its certificate is
 * @param urls for each service that it calls the origins of its replicas, as they stand in SERVICE_URL
 * @param isRequired whether it calls nobody without TLS, where it has a certificate
 * @throws ConfigError that names the variable, or the file in the folder, and what is wrong with it
 */
export function openIdentity(
  name: string,
  dir: string | null,
  urls: Readonly<Record<string, readonly string[]>>,
  logger: Logger,
  registry: Registry,
  isRequired = true,
): Identity | null {
  for (const [service, origins] of Object.entries(urls)) {
    const variable = `${service.toUpperCase()}_URL`;
    const secure = origins.filter((origin) => origin.startsWith('https:')).length;
    if (dir === null && secure > 0) throw new ConfigError(`${variable} is https, so IDENTITY_DIR must be set`);
    if (dir !== null && isRequired && secure < origins.length)
      throw new ConfigError(`${variable} must be https, since IDENTITY_DIR is set`);
  }
  if (dir === null) return null;
  const identity = new Identity(name, dir, logger);
  identity.watch(registry);
  return identity;
}

/**
 * How others are let in; null where everybody is who reaches the port.
 *
 * @param internalCallers the services that may ask for what is internal
 * @param pullers those that may read events beside them
 * @throws ConfigError that names the variable that is missing
 */
export function openAdmission(
  identity: Identity | null,
  { TLS_PORT: tlsPort, TLS_REQUIRED: isRequired }: AdmissionConfig,
  internalCallers: readonly string[],
  logger: Logger,
  registry: Registry,
  pullers: readonly string[] = [],
): Admission | null {
  if (identity === null && tlsPort !== undefined) throw new ConfigError('IDENTITY_DIR must be set, since TLS_PORT is');
  if (identity === null) return null;
  if (tlsPort === undefined) throw new ConfigError('TLS_PORT must be set, since IDENTITY_DIR is');
  return new Admission({ identity, port: tlsPort, isRequired, internalCallers, pullers, logger, registry });
}
