/**
 * Who a process is towards the others: a certificate that names its service, the private key to it, and the authority
 * whose certificates it believes. They are three files in a folder, named as cert-manager names them and as Kubernetes
 * mounts them, and are read again and again: a certificate is renewed without a restart, and connections that are open
 * stay so.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { ConfigError } from '../config.ts';
import type { Logger } from '../log.ts';
import { gauge, type Registry } from '../metrics.ts';
import { certificateFault, keyFault } from '../tls.ts';

export const IDENTITY_FILES = { ca: 'ca.crt', cert: 'tls.crt', key: 'tls.key' } as const;
const RENEWAL_CHECK_MS = 5_000;
/** Both ends are ours, so nothing older has to be understood. */
const TLS_VERSION_MIN = 'TLSv1.3';

/** In PEM. */
export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

type TlsCredentials = Credentials & { readonly minVersion: typeof TLS_VERSION_MIN };

export class Identity {
  /** The service's name, which its certificate bears as a DNS name. */
  readonly name: string;
  readonly #dir: string;
  readonly #logger: Logger;
  readonly #onRenewed: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #credentials: Credentials;
  /** Why what was found in the folder last can't be used; null where it can. */
  #fault: string | null = null;

  /** @throws ConfigError that names the file, and what is wrong with it */
  constructor(name: string, dir: string, logger: Logger, checkEveryMs = RENEWAL_CHECK_MS) {
    this.name = name;
    this.#dir = dir;
    this.#logger = logger;
    this.#credentials = checked(name, readFiles(dir));
    this.#timer = setInterval(() => this.#renew(), checkEveryMs).unref();
  }

  /** As they are now, for a server or a client. */
  get credentials(): TlsCredentials {
    return { ...this.#credentials, minVersion: TLS_VERSION_MIN };
  }

  /** When its certificate runs out, in ms since the epoch. */
  get expiresAtMs(): number {
    return new X509Certificate(this.#credentials.cert).validToDate.getTime();
  }

  /** How a connection to another service is made: at whatever address, it must prove that it is that service. */
  towards(service: string): ConnectionOptions {
    return { ...this.credentials, servername: service };
  }

  /** Tells when there are other credentials. */
  onRenewed(listener: () => void): void {
    this.#onRenewed.push(listener);
  }

  /** Tells by a metric when the certificate runs out. */
  watch(registry: Registry): void {
    const help = 'When the certificate of this process runs out, in seconds since 1970';
    gauge(registry, 'mo_certificate_expiry_timestamp_seconds', help, [], () => this.expiresAtMs / 1_000);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What can't be used is left, and said once: files may be replaced one after the other. */
  #renew(): void {
    try {
      const found = readFiles(this.#dir);
      const { ca, cert, key } = this.#credentials;
      if (found.ca === ca && found.cert === cert && found.key === key) return;
      this.#credentials = checked(this.name, found);
      this.#fault = null;
      for (const listener of this.#onRenewed) listener();
      this.#logger.info({ expires: new Date(this.expiresAtMs) }, 'the certificate was renewed');
    } catch (error) {
      const fault = (error as Error).message;
      if (fault !== this.#fault)
        this.#logger.warn({ fault }, 'the certificate can not be renewed: the one before stays');
      this.#fault = fault;
    }
  }
}

/** @throws ConfigError that names the file that can't be read */
function readFiles(dir: string): Credentials {
  const read = (file: string) => {
    try {
      return readFileSync(join(dir, file), 'utf8');
    } catch (error) {
      throw new ConfigError(`IDENTITY_DIR: ${file} can not be read (${(error as Error).message})`);
    }
  };
  return { ca: read(IDENTITY_FILES.ca), cert: read(IDENTITY_FILES.cert), key: read(IDENTITY_FILES.key) };
}

/** @throws ConfigError that names the file, and what is wrong with it */
function checked(name: string, credentials: Credentials): Credentials {
  const fault = identityFault(name, credentials);
  if (fault !== null) throw new ConfigError(`IDENTITY_DIR: ${fault}`);
  return credentials;
}

/** What is wrong with the credentials of a service; null where nothing is. */
function identityFault(name: string, { ca, cert, key }: Credentials): string | null {
  const fault = certificateFault(ca);
  if (fault !== null) return `${IDENTITY_FILES.ca} ${fault}`;
  const own = certificateFault(cert);
  if (own !== null) return `${IDENTITY_FILES.cert} ${own}`;
  const ofKey = keyFault(cert, key);
  if (ofKey !== null) return `${IDENTITY_FILES.key} ${ofKey}`;
  const certificate = new X509Certificate(cert);
  if (!isNamed(certificate, name)) return `${IDENTITY_FILES.cert} does not bear the DNS name ${name}`;
  if (certificate.validToDate.getTime() <= Date.now())
    return `${IDENTITY_FILES.cert} ran out on ${certificate.validTo}`;
  return null;
}

/** Whether a certificate bears this name itself: no wildcard counts, and no name that is only its subject's. */
export const isNamed = (certificate: X509Certificate, name: string): boolean =>
  certificate.checkHost(name, { subject: 'never', wildcards: false }) !== undefined;
