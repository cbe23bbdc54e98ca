/** Certificates for tests, as files in folders of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, makeAuthority } from '@mo/dev-stack';
import { type Credentials, IDENTITY_FILES } from '../src/identity/identity.ts';
import { Identity } from '../src/index.ts';
import { memoryLog } from './harness.ts';

const made: string[] = [];
const opened: Identity[] = [];

/** For `afterEach`: what was made is gone. */
export function forgetIdentities(): void {
  for (const identity of opened.splice(0)) identity.stop();
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
}

export function writeIdentity(dir: string, credentials: Partial<Credentials>): void {
  for (const [name, text] of Object.entries(credentials))
    writeFileSync(join(dir, IDENTITY_FILES[name as keyof Credentials]), text);
}

/** A folder with a certificate of these names, by an authority. */
export async function identityDir(authority: Authority, ...names: string[]): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'mo-identity-'));
  made.push(dir);
  const [name = 'nobody'] = names;
  writeIdentity(dir, { ca: authority.ca, ...(await authority.certify(name, names)) });
  return dir;
}

export function openFrom(
  dir: string,
  name: string,
  checkEveryMs?: number,
): { identity: Identity; log: ReturnType<typeof memoryLog> } {
  const log = memoryLog();
  const identity = new Identity(name, dir, log.logger, checkEveryMs);
  opened.push(identity);
  return { identity, log };
}

/** One that exists only for a test. */
export async function identityOf(authority: Authority, ...names: [string, ...string[]]): Promise<Identity> {
  return openFrom(await identityDir(authority, ...names), names[0]).identity;
}

export { type Authority, makeAuthority };
