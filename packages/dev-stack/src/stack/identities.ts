/** Who the processes of a stack are to each other: a certificate for each service, of an authority of the stack's own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthority } from '../authority.ts';
import { writeAtomically } from '../state-dir.ts';

/** The folder with a service's certificate, key, and authority. */
export const identityDirOf = (dir: string, service: string): string => join(dir, 'identities', service);

/** Makes them anew; the authority's key is kept nowhere, so nobody else can be certified. */
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
