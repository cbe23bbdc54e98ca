/** TLS to PostgreSQL and Kafka: the trusted authorities, and the client certificate if the server requires one. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** Options for Node's `tls.connect`, all in PEM. Without a `ca`, the authorities built into Node.js are trusted. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly checkServerIdentity?: () => undefined;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The error in one or more PEM certificates; null if they are valid. */
export function certificateFault(pem: string): string | null {
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0) return 'contains no certificate in PEM';
  try {
    for (const certificate of found) new X509Certificate(certificate);
    return null;
  } catch (error) {
    return `contains a certificate that cannot be read (${(error as Error).message})`;
  }
}

/** The error in a PEM private key that should belong to a certificate; null if it is valid. */
export function keyFault(cert: string, key: string): string | null {
  try {
    createSecureContext({ cert, key });
    return null;
  } catch (error) {
    return `is not a private key in PEM that belongs to the certificate (${(error as Error).message})`;
  }
}
