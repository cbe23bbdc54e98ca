/**
 * Parses API keys of the form `id:sha256-hex-of-the-key[:requests-per-second[:scopes]]`, separated by new lines or
 * commas, with `#` comments. Scopes are separated by `+`; a key without scopes has all permissions. Only the hash is
 * stored anywhere. The id names the caller, who may have several keys at once, so that a key is replaced without a gap.
 */
import { isScope, SCOPES, type Scope } from '@mo/contracts';
import { ConfigError } from '@mo/service-kit';
import type { ApiKey } from './api-key.ts';

const ID = /^[\w.-]{1,64}$/;
const DIGEST = /^[0-9a-f]{64}$/i;
const RATE = /^\d{1,6}(\.\d{1,3})?$/;
const EVERYTHING: readonly Scope[] = ['admin'];

/**
 * Parses keys.
 *
 * @param source the name of the text in errors
 * @throws ConfigError that names the line and the rule, and never contains a key
 */
export function parseKeys(text: string, source: string): ApiKey[] {
  const keys: ApiKey[] = [];
  const seen = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const entries = line.replace(/#.*$/, '').split(',');
    for (const entry of entries.map((part) => part.trim()).filter((part) => part !== '')) {
      const key = parseEntry(entry, `${source}, line ${index + 1}`);
      const hex = key.digest.toString('hex');
      if (seen.has(hex)) {
        throw new ConfigError(`${source}, line ${index + 1}: the key of "${key.caller}" occurs twice`);
      }
      seen.add(hex);
      keys.push(key);
    }
  }
  if (keys.length === 0) throw new ConfigError(`${source} contains no key`);
  return keys;
}

function parseEntry(entry: string, where: string): ApiKey {
  const [id = '', digest = '', rate = '', ...rest] = entry.split(':').map((part) => part.trim());
  const fail = (rule: string) => new ConfigError(`${where}: ${rule}`);
  if (!ID.test(id)) throw fail('the id must be 1 to 64 letters, digits, "_", "." or "-"');
  if (!DIGEST.test(digest)) throw fail(`the key of "${id}" must be its SHA-256 in 64 hexadecimal digits`);
  if ((rate !== '' || entry.endsWith(':')) && (!RATE.test(rate) || Number(rate) === 0)) {
    throw fail(`the rate of "${id}" must be a number of requests per second above 0`);
  }
  const scopes = rest.length === 0 ? EVERYTHING : rest.join(':').split('+');
  const unknown = scopes.find((scope) => !isScope(scope));
  if (unknown !== undefined) throw fail(`"${unknown}" of "${id}" must be one of the scopes ${SCOPES.join(', ')}`);
  return {
    caller: id,
    keyId: null,
    digest: Buffer.from(digest, 'hex'),
    scopes: new Set(scopes as Scope[]),
    rate: rate === '' ? null : Number(rate),
    expiresAtMs: null,
  };
}
