/** The configuration of a process's identity, and of its access for authenticated callers. */
import { z } from 'zod';
import { ConfigError, port } from '../config.ts';
import type { Logger } from '../log.ts';
import type { Registry } from '../metrics.ts';
import { Admission, HANDSHAKE_TIMEOUT_MS } from './admission.ts';
import { Identity } from './identity.ts';

/** For a process that calls other services. */
export const identityConfig = {
  /** A directory with ca.crt, tls.crt and tls.key. */
  IDENTITY_DIR: z.string().optional(),
};

/** For a process that other services call. */
export const admissionConfig = {
  ...identityConfig,
  /** The port for calls over TLS, from callers with a certificate. */
  TLS_PORT: port.optional(),
  /** Whether calls without TLS are refused. */
  TLS_REQUIRED: z.stringbool({ truthy: ['true'], falsy: ['false'], error: 'must be true or false' }).default(true),
};

type AdmissionConfig = z.infer<z.ZodObject<typeof admissionConfig>>;

/**
 * Opens the identity of the process, and exports the expiry of its certificate as a metric. Null if neither this
 * process nor those that it calls use certificates.
 *
 * @param dir the directory of its certificate
 * @param urls for each service that it calls, the origins of the replicas, as in `<SERVICE>_URL`
 * @param isRequired whether a process with a certificate must call all others over TLS
 * @throws ConfigError that names the variable, or the file in the directory, and the error in it
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
      throw new ConfigError(`${variable} must be https, because IDENTITY_DIR is set`);
  }
  if (dir === null) return null;
  const identity = new Identity(name, dir, logger);
  identity.watch(registry);
  return identity;
}

/**
 * Creates the access control of the process; null if everybody who can reach the port is admitted.
 *
 * @param internalCallers the services that may call internal operations
 * @param pullers services that may also read events
 * @throws ConfigError that names the missing variable
 */
export function openAdmission(
  identity: Identity | null,
  { TLS_PORT: tlsPort, TLS_REQUIRED: isRequired }: AdmissionConfig,
  internalCallers: readonly string[],
  logger: Logger,
  registry: Registry,
  pullers: readonly string[] = [],
  handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS,
): Admission | null {
  if (identity === null && tlsPort !== undefined)
    throw new ConfigError('IDENTITY_DIR must be set, because TLS_PORT is set');
  if (identity === null) return null;
  if (tlsPort === undefined) throw new ConfigError('TLS_PORT must be set, because IDENTITY_DIR is set');
  return new Admission({
    identity,
    port: tlsPort,
    isRequired,
    internalCallers,
    pullers,
    handshakeTimeoutMs,
    logger,
    registry,
  });
}
