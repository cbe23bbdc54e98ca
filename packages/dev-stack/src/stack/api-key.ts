import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../state-dir.ts';

const keyBytes = 32;
/** A shorter key could be guessed. */
const keyLengthMin = 32;
const keyId = 'local';

/**
 * The API key of a stack, generated once. The gateway reads its hash from `api-keys`, where users may add other keys.
 * The key itself is stored next to that file, for the user who starts the stack.
 *
 * @throws Error if the key is too short or has spaces
 */
export function apiKey(dir: string): { key: string; keysFile: string } {
  const keyFile = join(dir, 'api-key');
  const keysFile = join(dir, 'api-keys');
  if (!existsSync(keyFile)) writeAtomically(keyFile, `mo_${randomBytes(keyBytes).toString('base64url')}\n`);
  const key = readFileSync(keyFile, 'utf8').trim();
  if (key.length < keyLengthMin || /\s/.test(key))
    throw new Error(
      `the key in ${keyFile} must have at least ${keyLengthMin} characters and no spaces: remove the file, and the next ` +
        'start generates a key',
    );
  const line = `${keyId}:${createHash('sha256').update(key).digest('hex')}`;
  const lines = existsSync(keysFile) ? readFileSync(keysFile, 'utf8').split('\n') : [];
  const others = lines.filter((other) => other !== '' && !other.startsWith(`${keyId}:`));
  const text = [line, ...others, ''].join('\n');
  if (lines.join('\n') !== text) writeAtomically(keysFile, text);
  return { key, keysFile };
}
