/** TLS towards PostgreSQL and Kafka: whom to believe, and who one is where the server asks for that. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** As Node's `tls.connect` takes them, all in PEM. Without a `ca`, those that Node.js brings are believed. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly checkServerIdentity?: () => undefined;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What is wrong with one or several certificates in PEM; null where nothing is. */
export function certificateFault(pem: string): string | null {
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0) return 'holds no certificate in PEM';
  try {
    for (const certificate of found) new X509Certificate(certificate);
    return null;
  } catch (error) {
    return `holds a certificate that can not be read (${(error as Error).message})`;
  }
}

/** What is wrong with a private key in PEM that is to belong to a certificate; null where nothing is. */
export function keyFault(cert: string, key: string): string | null {
  try {
    createSecureContext({ cert, key });
    return null;
  } catch (error) {
    return `is no private key in PEM that belongs to the certificate (${(error as Error).message})`;
  }
}
