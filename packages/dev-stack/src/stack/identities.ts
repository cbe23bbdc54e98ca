/** Identities of the services towards each other: one certificate per service, issued by the stack's own authority. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthority } from '../authority.ts';
import { writeAtomically } from '../state-dir.ts';

/** The folder with the certificate and key of a service, and the authority's certificate. */
export const identityDirOf = (dir: string, service: string): string => join(dir, 'identities', service);

/** Replaces all certificates. The authority's key is not stored, so no further certificate can be issued. */
export async function makeIdentities(dir: string, services: readonly string[]): Promise<void> {
  const authority = await makeAuthority('MO Loans stack');
  for (const service of services) {
    const folder = identityDirOf(dir, service);
    const { cert, key } = await authority.certify(service);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeAtomically(join(folder, 'ca.crt'), authority.ca);
    writeAtomically(join(folder, 'tls.key'), key);
    writeAtomically(join(folder, 'tls.crt'), cert);
  }
}
