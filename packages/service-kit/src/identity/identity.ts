/**
 * The identity of a process: a certificate that names its service, the private key, and the trusted authority. They are
 * three files in a directory, named as by cert-manager and as Kubernetes mounts them. The files are read periodically,
 * so a certificate is renewed without a restart, and open connections remain.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { systemClock } from '../clock.ts';
import { ConfigError } from '../config.ts';
import type { Logger } from '../log.ts';
import { gauge, type Registry } from '../metrics.ts';
import { RetryLog } from '../retry-log.ts';
import { certificateFault, keyFault } from '../tls.ts';

export const IDENTITY_FILES = { ca: 'ca.crt', cert: 'tls.crt', key: 'tls.key' } as const;
const RENEWAL_CHECK_MS = 5_000;
/** Both ends are our code, so no older version is needed. */
const TLS_VERSION_MIN = 'TLSv1.3';

/** All in PEM. */
export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

type TlsCredentials = Credentials & { readonly minVersion: typeof TLS_VERSION_MIN };

export class Identity {
  /** The service's name, a DNS name in its certificate. */
  readonly name: string;
  readonly #dir: string;
  readonly #logger: Logger;
  readonly #onRenewed: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #renewals: RetryLog;
  #credentials: Credentials;

  /** @throws ConfigError that names the file and the error in it */
  constructor(name: string, dir: string, logger: Logger, checkEveryMs = RENEWAL_CHECK_MS) {
    this.name = name;
    this.#dir = dir;
    this.#logger = logger;
    this.#renewals = new RetryLog(
      systemClock,
      logger,
      'the certificate cannot be renewed: the previous one stays in use',
    );
    this.#credentials = checked(name, readFiles(dir));
    this.#timer = setInterval(() => this.#renew(), checkEveryMs).unref();
  }

  /** The current credentials, for a server or a client. */
  get credentials(): TlsCredentials {
    return { ...this.#credentials, minVersion: TLS_VERSION_MIN };
  }

  /** When its certificate expires, in ms since the epoch. */
  get expiresAtMs(): number {
    return new X509Certificate(this.#credentials.cert).validToDate.getTime();
  }

  /**
   * The options for a connection to another service: whatever its address, the other side must prove that it is this
   * service.
   */
  towards(service: string): ConnectionOptions {
    return { ...this.credentials, servername: service };
  }

  /** Calls the listener after each change of the credentials. */
  onRenewed(listener: () => void): void {
    this.#onRenewed.push(listener);
  }

  /** Exports the expiry of the certificate as a metric. */
  watch(registry: Registry): void {
    const help = 'Expiry of the certificate of this process, in seconds since 1970';
    gauge(registry, 'mo_certificate_expiry_timestamp_seconds', help, [], () => this.expiresAtMs / 1_000);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Unusable files are ignored: they may be replaced one after the other. */
  #renew(): void {
    try {
      this.#take(readFiles(this.#dir));
      this.#renewals.succeeded();
    } catch (error) {
      this.#renewals.failed(error);
    }
  }

  /** @throws ConfigError */
  #take(found: Credentials): void {
    const { ca, cert, key } = this.#credentials;
    if (found.ca === ca && found.cert === cert && found.key === key) return;
    this.#credentials = checked(this.name, found);
    for (const listener of this.#onRenewed) listener();
    this.#logger.info({ expires: new Date(this.expiresAtMs) }, 'the certificate was renewed');
  }
}

/** @throws ConfigError that names the unreadable file */
function readFiles(dir: string): Credentials {
  const read = (file: string) => {
    try {
      return readFileSync(join(dir, file), 'utf8');
    } catch (error) {
      throw new ConfigError(`IDENTITY_DIR: ${file} cannot be read (${(error as Error).message})`);
    }
  };
  return { ca: read(IDENTITY_FILES.ca), cert: read(IDENTITY_FILES.cert), key: read(IDENTITY_FILES.key) };
}

/** @throws ConfigError that names the file and the error in it */
function checked(name: string, credentials: Credentials): Credentials {
  const fault = identityFault(name, credentials);
  if (fault !== null) throw new ConfigError(`IDENTITY_DIR: ${fault}`);
  return credentials;
}

/** The error in the credentials of a service; null if they are valid. */
function identityFault(name: string, { ca, cert, key }: Credentials): string | null {
  const fault = certificateFault(ca);
  if (fault !== null) return `${IDENTITY_FILES.ca} ${fault}`;
  const own = certificateFault(cert);
  if (own !== null) return `${IDENTITY_FILES.cert} ${own}`;
  const ofKey = keyFault(cert, key);
  if (ofKey !== null) return `${IDENTITY_FILES.key} ${ofKey}`;
  const certificate = new X509Certificate(cert);
  if (!isNamed(certificate, name)) return `${IDENTITY_FILES.cert} does not contain the DNS name ${name}`;
  if (certificate.validToDate.getTime() <= Date.now())
    return `${IDENTITY_FILES.cert} expired on ${certificate.validTo}`;
  return null;
}

/** Whether a certificate contains exactly this DNS name: wildcards and the subject's common name do not count. */
export const isNamed = (certificate: X509Certificate, name: string): boolean =>
  certificate.checkHost(name, { subject: 'never', wildcards: false }) !== undefined;
