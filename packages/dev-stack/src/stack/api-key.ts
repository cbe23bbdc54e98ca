import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../state-dir.ts';

const keyBytes = 32;
const keyId = 'local';

/**
 * The key that comes with a stack, made once. The gateway gets a file with its hash, to which others may be added;
 * the key itself is kept beside it, for the person who started the stack.
 */
export function apiKey(dir: string): { key: string; keysFile: string } {
  const keyFile = join(dir, 'api-key');
  const keysFile = join(dir, 'api-keys');
  if (!existsSync(keyFile)) writeAtomically(keyFile, `mo_${randomBytes(keyBytes).toString('base64url')}\n`);
  const key = readFileSync(keyFile, 'utf8').trim();
  const line = `${keyId}:${createHash('sha256').update(key).digest('hex')}`;
  const lines = existsSync(keysFile) ? readFileSync(keysFile, 'utf8').split('\n') : [];
  const others = lines.filter((other) => other !== '' && !other.startsWith(`${keyId}:`));
  const text = [line, ...others, ''].join('\n');
  if (lines.join('\n') !== text) writeAtomically(keysFile, text);
  return { key, keysFile };
}
